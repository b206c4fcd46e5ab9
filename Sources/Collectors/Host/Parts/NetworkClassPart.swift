import Exposition
import Model

/// What the network devices are, and the state of their links, from `/sys/class/net`.
struct NetworkClassPart: HostPart {
    let names = ["netclass"]

    private static let properties: [(file: String, name: String, type: MetricType)] = [
        ("addr_assign_type", "address_assign_type", .gauge), ("carrier", "carrier", .gauge),
        ("carrier_changes", "carrier_changes_total", .counter),
        ("carrier_down_count", "carrier_down_changes_total", .counter),
        ("carrier_up_count", "carrier_up_changes_total", .counter), ("dev_id", "device_id", .gauge),
        ("dormant", "dormant", .gauge), ("flags", "flags", .gauge), ("ifindex", "iface_id", .gauge),
        ("iflink", "iface_link", .gauge), ("link_mode", "iface_link_mode", .gauge), ("mtu", "mtu_bytes", .gauge),
        ("name_assign_type", "name_assign_type", .gauge), ("netdev_group", "net_dev_group", .gauge),
        ("type", "protocol_type", .gauge), ("speed", "speed_bytes", .gauge),
        ("tx_queue_len", "transmit_queue_length", .gauge),
    ]

    private struct Device {
        var name: String
        var isUp: Bool
        var labels: [Label]
        /// A value a property; nil where the device does not have it.
        var values: [Int?]
    }

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        let directory = "/sys/class/net"
        guard let names = files.list(directory) else { throw UserError("cannot list \(files.root)\(directory)") }
        // Bonding keeps a file among the devices' directories: it does not open as one.
        var devices: [Device] = []
        for name in names {
            if let device = files.openDirectory("\(directory)/\(name)") {
                devices.append(read(name, device, &files))
            }
        }
        if devices.isEmpty { return }
        writer.family("node_network_info", .gauge, help: "What a network device is and does.")
        for device in devices { writer.sample("node_network_info", device.labels, 1) }
        writer.family("node_network_up", .gauge, help: "Whether the device's state is up.")
        for device in devices { writer.sample("node_network_up", [Label("device", device.name)], device.isUp ? 1 : 0) }
        for (index, property) in NetworkClassPart.properties.enumerated()
        where devices.contains(where: { $0.values[index] != nil }) {
            let name = "node_network_\(property.name)"
            writer.family(name, property.type, help: "\(property.file) of a network device.")
            // The speed is in megabits; -1 stands for "unknown" and is shown as node_exporter shows it.
            let factor = property.file == "speed" ? 125_000.0 : 1
            for device in devices {
                if let value = device.values[index] {
                    writer.sample(name, [Label("device", device.name)], Double(value) * factor)
                }
            }
        }
    }

    private func read(_ name: String, _ directory: borrowing OpenDirectory, _ files: inout SystemFiles) -> Device {
        var labels = [Label("device", name)]
        for label in ["address", "broadcast", "duplex", "ifalias", "operstate"] {
            if let text = files.attribute(label, of: directory)?.text, !text.isEmpty {
                labels.append(Label(label, text))
            }
        }
        let isUp = labels.contains(Label("operstate", "up"))
        var values: [Int?] = []
        for property in NetworkClassPart.properties {
            values.append(files.attribute(property.file, of: directory)?.integer)
        }
        return Device(name: name, isUp: isUp, labels: labels, values: values)
    }
}
