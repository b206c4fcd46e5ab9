import Exposition
import Glibc
import Model

/// What `/proc/stat` tells: the time of the processors, and the kernel's counts since boot.
struct KernelPart: HostPart {
    let names = ["cpu", "stat"]

    /// The columns of a processor's line, as node_exporter names them; the last two are the guests' shares.
    private static let modes = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"]
    private static let columns = modes.count + 2
    private static let idle = 3

    /// The largest seconds seen, per processor: see `settle`.
    private var seen: [String: [Double]] = [:]
    private let ticksPerSecond = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))

    mutating func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        var processors: [(number: String, seconds: [Double])] = []
        var totals: [(name: String, type: MetricType, help: String, value: Double)] = []
        for line in try files.read("/proc/stat").lines {
            var fields = line.fields
            guard let key = fields.next() else { continue }
            if key.begins(with: "cpu") {
                // The line without a number is the sum of the others.
                if key.count == 3 { continue }
                let seconds = fields.prefix(KernelPart.columns).map { ($0.number ?? 0) / ticksPerSecond }
                if seconds.count <= KernelPart.idle {
                    throw UserError("cannot read /proc/stat: the line of \(key.text) is too short")
                }
                processors.append((key.dropFirst(3).text, seconds))
            } else if let total = KernelPart.total(key), let value = fields.next()?.number {
                totals.append((total.name, total.type, total.help, value))
            }
        }
        if processors.isEmpty { throw UserError("cannot read /proc/stat: it names no processor") }
        settle(&processors)
        write(processors, into: &writer)
        for total in totals { writer.single(total.name, total.type, total.help, total.value) }
    }

    /// The kernel computes idle and waiting time when it is asked, and sometimes less than the time before. A total must
    /// not go down, for that would count as a restart at 0, so that the larger value stands. A processor whose idle
    /// time falls by more than seconds was taken away and came back.
    private mutating func settle(_ processors: inout [(number: String, seconds: [Double])]) {
        var next: [String: [Double]] = [:]
        for index in processors.indices {
            let now = processors[index].seconds
            if let before = seen[processors[index].number], before.count == now.count,
                before[KernelPart.idle] - now[KernelPart.idle] < 3
            {
                processors[index].seconds = zip(before, now).map(max)
            }
            next[processors[index].number] = processors[index].seconds
        }
        seen = next
    }

    private func write(_ processors: [(number: String, seconds: [Double])], into writer: inout ExpositionWriter) {
        let guestName = "node_cpu_guest_seconds_total"
        writer.family(guestName, .counter, help: "Seconds the processors spent for guest systems.")
        for (number, seconds) in processors {
            for (mode, value) in zip(["user", "nice"], seconds.dropFirst(KernelPart.modes.count)) {
                writer.sample(guestName, [Label("cpu", number), Label("mode", mode)], value)
            }
        }
        let name = "node_cpu_seconds_total"
        writer.family(name, .counter, help: "Seconds the processors spent in each mode.")
        for (number, seconds) in processors {
            for (mode, value) in zip(KernelPart.modes, seconds) {
                writer.sample(name, [Label("cpu", number), Label("mode", mode)], value)
            }
        }
    }

    private static func total(_ key: ArraySlice<UInt8>) -> (name: String, type: MetricType, help: String)? {
        if key.equals("intr") { return ("node_intr_total", .counter, "Interrupts served since boot.") }
        if key.equals("ctxt") { return ("node_context_switches_total", .counter, "Context switches since boot.") }
        if key.equals("processes") { return ("node_forks_total", .counter, "Processes and threads made since boot.") }
        if key.equals("btime") {
            return ("node_boot_time_seconds", .gauge, "When the system was booted, in Unix time.")
        }
        if key.equals("procs_running") { return ("node_procs_running", .gauge, "Threads that run or are ready to.") }
        if key.equals("procs_blocked") { return ("node_procs_blocked", .gauge, "Threads that wait for a disk.") }
        return nil
    }
}
