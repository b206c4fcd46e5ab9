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

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        let directory = "/sys/class/net"
        // Bonding keeps a file among the directories of the devices.
        guard let devices = files.list(directory)?.filter({ $0 != "bonding_masters" }) else {
            throw UserError("cannot list \(files.root)\(directory)")
        }
        if devices.isEmpty { return }
        let states = devices.map { files.text("\(directory)/\($0)/operstate") ?? "" }

        writer.family("node_network_info", .gauge, help: "What a network device is and does.")
        for (device, state) in zip(devices, states) {
            var labels = [Label("device", device), Label("operstate", state)]
            for (label, file) in [
                ("address", "address"), ("broadcast", "broadcast"), ("duplex", "duplex"), ("ifalias", "ifalias"),
            ] {
                if let text = files.text("\(directory)/\(device)/\(file)"), !text.isEmpty {
                    labels.append(Label(label, text))
                }
            }
            writer.sample("node_network_info", labels, 1)
        }
        writer.family("node_network_up", .gauge, help: "Whether the device's state is up.")
        for (device, state) in zip(devices, states) {
            writer.sample("node_network_up", [Label("device", device)], state == "up" ? 1 : 0)
        }
        for property in NetworkClassPart.properties {
            let values = devices.map { files.readIfPresent("\(directory)/\($0)/\(property.file)")?.trimmed().integer }
            if values.allSatisfy({ $0 == nil }) { continue }
            let name = "node_network_\(property.name)"
            writer.family(name, property.type, help: "\(property.file) of a network device.")
            // The speed is in megabits; -1 stands for "unknown" and is shown as node_exporter shows it.
            let factor = property.file == "speed" ? 125_000.0 : 1
            for (device, value) in zip(devices, values) {
                if let value { writer.sample(name, [Label("device", device)], Double(value) * factor) }
            }
        }
    }
}
