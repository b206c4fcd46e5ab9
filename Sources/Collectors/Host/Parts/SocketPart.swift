import Exposition
import Glibc
import Model

/// How many sockets there are of each kind, from `/proc/net/sockstat` and `sockstat6`.
struct SocketPart: HostPart {
    let names = ["sockstat"]

    private let pageSize = Double(max(1, sysconf(Int32(_SC_PAGESIZE))))

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        // Without IPv4 or IPv6 the file of that version is missing.
        for path in ["/proc/net/sockstat", "/proc/net/sockstat6"] {
            guard let text = files.readIfPresent(path) else { continue }
            for line in text.lines {
                guard let (kind, rest) = line.cut(at: UInt8(ascii: ":")) else { continue }
                var fields = rest.fields
                while let key = fields.next(), let value = fields.next()?.number {
                    write(kind.text, key.text, value, into: &writer)
                }
            }
        }
    }

    private func write(_ kind: String, _ key: String, _ value: Double, into writer: inout ExpositionWriter) {
        let name = "node_sockstat_\(kind)_\(key)"
        guard isLegacyMetricName(name) else { return }
        writer.single(name, .gauge, "\(kind) sockets: \(key).", value)
        // The memory of sockets is counted in pages, but that of fragments in bytes, under another key.
        if key == "mem" { writer.single("\(name)_bytes", .gauge, "\(kind) sockets: memory.", value * pageSize) }
    }
}

/// How many packets each processor took from the devices, from `/proc/net/softnet_stat`.
struct PacketPart: HostPart {
    let names = ["softnet"]

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        var rows: [[Double]] = []
        for line in try files.read("/proc/net/softnet_stat").lines {
            let row = line.fields.prefix(3).compactMap { $0.hexadecimal.map { Double($0) } }
            if row.count != 3 { throw UserError("cannot read /proc/net/softnet_stat: expected hexadecimal numbers") }
            rows.append(row)
        }
        for (column, (name, help)) in [
            ("node_softnet_processed_total", "Packets processed."),
            ("node_softnet_dropped_total", "Packets dropped for want of room."),
            ("node_softnet_times_squeezed_total", "Times that processing stopped with packets left."),
        ].enumerated() {
            writer.family(name, .counter, help: help)
            for (cpu, row) in rows.enumerated() { writer.sample(name, [Label("cpu", String(cpu))], row[column]) }
        }
    }
}

/// How many neighbours are known by each device, from `/proc/net/arp`.
struct AddressResolutionPart: HostPart {
    let names = ["arp"]

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        var entries: [String: Int] = [:]
        for line in try files.read("/proc/net/arp").lines.dropFirst() {
            let fields = Array(line.fields)
            if fields.count == 6, let device = fields.last { entries[device.text, default: 0] += 1 }
        }
        if entries.isEmpty { return }
        writer.family("node_arp_entries", .gauge, help: "Neighbours known by a device.")
        for (device, count) in entries.sorted(by: { bytesPrecede($0.key, $1.key) }) {
            writer.sample("node_arp_entries", [Label("device", device)], Double(count))
        }
    }
}

/// How full the firewall's table of connections is.
struct ConnectionTrackingPart: HostPart {
    let names = ["conntrack"]

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        guard let entries = files.number("/proc/sys/net/netfilter/nf_conntrack_count"),
            let limit = files.number("/proc/sys/net/netfilter/nf_conntrack_max")
        else { throw UserError("cannot read connection tracking: the kernel does not track connections") }
        writer.single("node_nf_conntrack_entries", .gauge, "Connections that are tracked.", entries)
        writer.single("node_nf_conntrack_entries_limit", .gauge, "Connections that can be tracked.", limit)
    }
}
