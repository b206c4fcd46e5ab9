import Exposition
import Model

/// `/proc/meminfo`, each line under its own name.
struct MemoryPart: HostPart {
    let names = ["meminfo"]

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        var found = false
        for line in try files.read("/proc/meminfo").lines {
            guard let (key, rest) = line.cut(at: UInt8(ascii: ":")) else { continue }
            var fields = rest.fields
            guard let value = fields.next()?.number, let field = nameOfField(key) else { continue }
            found = true
            // The only unit in this file is kB, by which the kernel means 1024.
            let inKilobytes = fields.next() != nil
            let name = "node_memory_\(field)\(inKilobytes ? "_bytes" : "")"
            writer.single(name, .gauge, "\(key.text) of /proc/meminfo.", inKilobytes ? value * 1024 : value)
        }
        if !found { throw UserError("cannot read /proc/meminfo: it has no values") }
    }

    /// `Active(anon)` is `Active_anon`; what would not be a name of a metric is nil.
    private func nameOfField(_ key: ArraySlice<UInt8>) -> String? {
        var name = key
        if let (head, tail) = key.cut(at: UInt8(ascii: "(")), tail.last == UInt8(ascii: ")") {
            name = head + [UInt8(ascii: "_")] + tail.dropLast()
        }
        let text = name.text
        return isLegacyMetricName("node_memory_" + text) ? text : nil
    }
}

/// Paging, faults and kills for want of memory, from `/proc/vmstat`.
struct VirtualMemoryPart: HostPart {
    let names = ["vmstat"]

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        for line in try files.read("/proc/vmstat").lines {
            var fields = line.fields
            guard let key = fields.next(), VirtualMemoryPart.isShown(key), let value = fields.next()?.number else {
                continue
            }
            let field = key.text
            if isLegacyLabelName(field) {
                writer.single("node_vmstat_\(field)", .unknown, "\(field) of /proc/vmstat.", value)
            }
        }
    }

    /// node_exporter's default choice: `^(oom_kill|pgpg|pswp|pg.*fault).*`.
    static func isShown(_ key: ArraySlice<UInt8>) -> Bool {
        if key.begins(with: "oom_kill") || key.begins(with: "pgpg") || key.begins(with: "pswp") { return true }
        guard key.begins(with: "pg") else { return false }
        let rest = key.dropFirst(2)
        return rest.indices.contains { rest[$0...].begins(with: "fault") }
    }
}

/// The load averages.
struct LoadPart: HostPart {
    let names = ["loadavg"]

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        let loads = try files.read("/proc/loadavg").fields.prefix(3).compactMap(\.number)
        if loads.count != 3 { throw UserError("cannot read /proc/loadavg: expected three numbers") }
        for (minutes, load) in zip(["1", "5", "15"], loads) {
            writer.single("node_load\(minutes)", .gauge, "Load average over \(minutes) min.", load)
        }
    }
}

/// How long work had to wait for a processor, for memory or for a disk.
struct PressurePart: HostPart {
    let names = ["pressure"]

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        let cpu = totals(try files.read("/proc/pressure/cpu"))
        let io = totals(try files.read("/proc/pressure/io"))
        let memory = totals(try files.read("/proc/pressure/memory"))
        // The processors' line for all tasks means nothing for the whole system, so node_exporter leaves it out.
        for (resource, totals, stalls) in [("cpu", cpu, false), ("io", io, true), ("memory", memory, true)] {
            if let some = totals.some {
                writer.single(
                    "node_pressure_\(resource)_waiting_seconds_total", .counter,
                    "Seconds in which some task waited for \(resource).", some)
            }
            if stalls, let full = totals.full {
                writer.single(
                    "node_pressure_\(resource)_stalled_seconds_total", .counter,
                    "Seconds in which all tasks waited for \(resource).", full)
            }
        }
    }

    /// The totals in seconds of a file with lines like `some avg10=0.00 avg60=0.00 avg300=0.00 total=12345`.
    private func totals(_ text: ArraySlice<UInt8>) -> (some: Double?, full: Double?) {
        var totals: (some: Double?, full: Double?)
        for line in text.lines {
            guard let total = line.fields.first(where: { $0.begins(with: "total=") })?.dropFirst(6).number else {
                continue
            }
            if line.begins(with: "some") { totals.some = total / 1e6 }
            if line.begins(with: "full") { totals.full = total / 1e6 }
        }
        return totals
    }
}
