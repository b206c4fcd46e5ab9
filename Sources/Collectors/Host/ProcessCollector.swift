import Exposition
import Glibc
import Model

/// The appliance's own process, under the names of Prometheus's client libraries.
public struct ProcessCollector {
    /// Why the last collection left something out; nil when it did not.
    public private(set) var failure: String?

    private var files: SystemFiles
    private let ticksPerSecond = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    private let pageSize = Double(max(1, sysconf(Int32(_SC_PAGESIZE))))
    /// When the machine was booted, once it has been read: reading `/proc/stat` costs most of a collection, and the
    /// process does not start a second time.
    private var bootTime: Double?

    /// A collector that reads `proc/self` below a root.
    public init(root: String = "/") { files = SystemFiles(root: root) }

    /// Appends everything there is to know now. What cannot be read is left out.
    public mutating func collect(into writer: inout ExpositionWriter) {
        failure = nil
        do {
            try collectStatus(into: &writer)
            try collectLimits(into: &writer)
        } catch {
            failure = error.message
        }
        if let count = files.countOpenFiles("/proc/self/fd") {
            writer.single("process_open_fds", .gauge, "Files that are open.", Double(count))
        }
    }

    private mutating func collectStatus(into writer: inout ExpositionWriter) throws(UserError) {
        let text = try files.read("/proc/self/stat")
        // The name of the program stands in parentheses and may hold anything, parentheses too.
        guard let end = text.lastIndex(of: UInt8(ascii: ")")) else {
            throw UserError("cannot read /proc/self/stat: it has no name of a program")
        }
        // proc_pid_stat(5) counts from 1 and the state, the first behind the name, is 3.
        let fields = text[(end + 1)...].fields.prefix(22).map(\.number)
        guard fields.count == 22, let user = fields[14 - 3], let system = fields[15 - 3], let threads = fields[20 - 3],
            let start = fields[22 - 3], let virtual = fields[23 - 3], let resident = fields[24 - 3]
        else { throw UserError("cannot read /proc/self/stat: it is too short") }
        writer.single(
            "process_cpu_seconds_total", .counter, "Seconds of processor time used.", (user + system) / ticksPerSecond)
        writer.single("process_resident_memory_bytes", .gauge, "Memory in use.", resident * pageSize)
        writer.single("process_virtual_memory_bytes", .gauge, "Addresses in use.", virtual)
        writer.single("process_threads", .gauge, "Threads.", threads)
        if bootTime == nil { bootTime = readBootTime() }
        if let bootTime {
            writer.single(
                "process_start_time_seconds", .gauge, "When the process was started, in Unix time.",
                bootTime + start / ticksPerSecond)
        }
    }

    private mutating func readBootTime() -> Double? {
        files.readIfPresent("/proc/stat")?.lines.first { $0.begins(with: "btime ") }?.dropFirst(6).number
    }

    /// Lines like `Max open files            1024                 4096                 files`.
    private mutating func collectLimits(into writer: inout ExpositionWriter) throws(UserError) {
        for line in try files.read("/proc/self/limits").lines {
            if line.begins(with: "Max open files ") {
                write(line.dropFirst(15), "process_max_fds", "Files that can be open.", into: &writer)
            } else if line.begins(with: "Max address space ") {
                write(
                    line.dropFirst(18), "process_virtual_memory_max_bytes", "Addresses that can be in use.",
                    into: &writer)
            }
        }
    }

    private func write(
        _ limits: ArraySlice<UInt8>, _ name: String, _ help: String, into writer: inout ExpositionWriter
    ) {
        guard let soft = limits.fields.first(where: { _ in true }) else { return }
        // The kernel's word for no limit is the largest number, and so it is shown.
        if let value = soft.equals("unlimited") ? Double(UInt64.max) : soft.number {
            writer.single(name, .gauge, help, value)
        }
    }
}

extension SystemFiles {
    /// How many files a process has open: the entries of its `fd` directory.
    fileprivate func countOpenFiles(_ path: String) -> Int? {
        // Since Linux 6.2 the size of the directory is the count, without walking through thousands of entries.
        var status = stat()
        if root.isEmpty, stat(path, &status) == 0, status.st_size > 0 { return Int(status.st_size) }
        guard let directory = opendir(root + path) else { return nil }
        defer { closedir(directory) }
        let own = dirfd(directory)
        var count = 0
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            // The one that is open for listing is not meant.
            if let number = Int32(name), number != own { count += 1 }
        }
        return count
    }
}
