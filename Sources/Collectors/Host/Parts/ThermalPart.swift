import Exposition
import Model

/// Temperatures the firmware reports, and what is done about them, from `/sys/class/thermal`.
struct ThermalPart: HostPart {
    let names = ["thermal_zone"]

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        let directory = "/sys/class/thermal"
        let entries = files.list(directory) ?? []
        let zones = devices(entries, prefix: "thermal_zone", in: directory, &files)
        let coolers = devices(entries, prefix: "cooling_device", in: directory, &files)
        write(
            zones, "temp", label: "zone", factor: 0.001, "node_thermal_zone_temp", "Degrees Celsius.", &files, &writer)
        write(
            coolers, "cur_state", label: "name", "node_cooling_device_cur_state", "How much it cools.", &files, &writer)
        write(
            coolers, "max_state", label: "name", "node_cooling_device_max_state", "How much it can cool.", &files,
            &writer)
    }

    private func devices(
        _ entries: [String], prefix: String, in directory: String, _ files: inout SystemFiles
    ) -> [(path: String, number: String, type: String)] {
        entries.filter { $0.hasPrefix(prefix) }.map { entry in
            let path = "\(directory)/\(entry)"
            return (path, String(entry.dropFirst(prefix.count)), files.text("\(path)/type") ?? "")
        }
    }

    private func write(
        _ devices: [(path: String, number: String, type: String)], _ file: String, label: String, factor: Double = 1,
        _ name: String, _ help: String, _ files: inout SystemFiles, _ writer: inout ExpositionWriter
    ) {
        let values = devices.map { files.number("\($0.path)/\(file)") }
        if values.allSatisfy({ $0 == nil }) { return }
        writer.family(name, .gauge, help: help)
        for (device, value) in zip(devices, values) {
            // A zone that is switched off answers with an error: it has no temperature.
            if let value {
                writer.sample(name, [Label(label, device.number), Label("type", device.type)], value * factor)
            }
        }
    }
}
