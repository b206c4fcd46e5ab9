import Exposition
import Model

/// What the network devices sent and received, from `/proc/net/dev`.
struct NetworkDevicePart: HostPart {
    let names = ["netdev"]

    private static let columns = [
        "receive_bytes", "receive_packets", "receive_errs", "receive_drop", "receive_fifo", "receive_frame",
        "receive_compressed", "receive_multicast", "transmit_bytes", "transmit_packets", "transmit_errs",
        "transmit_drop", "transmit_fifo", "transmit_colls", "transmit_carrier", "transmit_compressed",
    ]

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        var devices: [(name: String, values: [Double])] = []
        for line in try files.read("/proc/net/dev").lines {
            // The name of an alias has a colon of its own; numbers have none. The two head lines have none at all.
            guard let colon = line.lastIndex(of: UInt8(ascii: ":")) else { continue }
            let values = line[(colon + 1)...].fields.prefix(NetworkDevicePart.columns.count).compactMap(\.number)
            if values.count == NetworkDevicePart.columns.count {
                devices.append((line[..<colon].trimmed().text, values))
            }
        }
        if devices.isEmpty { return }
        for (index, column) in NetworkDevicePart.columns.enumerated() {
            let name = "node_network_\(column)_total"
            writer.family(name, .counter, help: "\(column) of a network device.")
            for device in devices { writer.sample(name, [Label("device", device.name)], device.values[index]) }
        }
        let unhandled = devices.map { files.number("/sys/class/net/\($0.name)/statistics/rx_nohandler") }
        if unhandled.allSatisfy({ $0 == nil }) { return }
        let name = "node_network_receive_nohandler_total"
        writer.family(name, .counter, help: "Packets that came in by a device that takes none.")
        for (device, value) in zip(devices, unhandled) {
            if let value { writer.sample(name, [Label("device", device.name)], value) }
        }
    }
}
