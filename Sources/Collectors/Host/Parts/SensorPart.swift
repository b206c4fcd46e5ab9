import Exposition
import Glibc
import Model

/// Temperatures, fans, voltages, currents and powers of the sensor chips, from `/sys/class/hwmon`.
///
/// A file is named after its sensor and what it tells of it: `temp1_input`, `fan2_min`, `in0_label`.
struct SensorPart: HostPart {
    let names = ["hwmon"]

    /// The kinds of sensors that are shown: the unit's name at the end of the metric's, and what the file's number is
    /// multiplied by to have it (Documentation/hwmon/sysfs-interface.rst).
    private static let kinds: [(kind: String, unit: String, factor: Double)] = [
        ("temp", "_celsius", 0.001), ("fan", "_rpm", 1), ("in", "_volts", 0.001), ("curr", "_amps", 0.001),
        ("power", "_watt", 0.000_001), ("humidity", "", 0.000_001),
    ]

    /// What is shown of a sensor. The rest are settings.
    private static let readings = ["input", "average", "min", "max", "crit", "alarm"]

    private struct Sample {
        var name: String
        var labels: [Label]
        var value: Double
    }

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        let directory = "/sys/class/hwmon"
        guard let chips = files.list(directory) else { throw UserError("cannot list \(files.root)\(directory)") }
        var samples: [Sample] = []
        for chip in chips { append(chipAt: "\(directory)/\(chip)", named: chip, &files, to: &samples) }
        // A stable sort gathers each family and leaves the chips in their order.
        var family = ""
        // Two chips of one device share its name; of a series that both would have, the first counts.
        var seen: Set<[Label]> = []
        let order = samples.indices.sorted { (samples[$0].name, $0) < (samples[$1].name, $1) }
        for sample in order.map({ samples[$0] }) {
            if sample.name != family {
                family = sample.name
                seen.removeAll()
                writer.family(family, .gauge, help: "Sensors of the hardware.")
            }
            if seen.insert(sample.labels).inserted { writer.sample(sample.name, sample.labels, sample.value) }
        }
    }

    private func append(
        chipAt path: String, named directory: String, _ files: inout SystemFiles, to samples: inout [Sample]
    ) {
        let name = files.text("\(path)/name").map(cleaned) ?? ""
        let chip = deviceName(files.root + path) ?? (name.isEmpty ? cleaned(directory) : name)
        if !name.isEmpty {
            samples.append(
                Sample(
                    name: "node_hwmon_chip_names", labels: [Label("chip", chip), Label("chip_name", name)], value: 1))
        }
        for file in files.list(path) ?? [] {
            guard let underscore = file.firstIndex(of: "_") else { continue }
            let sensor = String(file[..<underscore])
            let reading = String(file[file.index(after: underscore)...])
            let letters = String(sensor.prefix { !$0.isNumber })
            guard letters != sensor, let kind = SensorPart.kinds.first(where: { $0.kind == letters }) else { continue }
            var labels = [Label("chip", chip), Label("sensor", sensor)]
            if reading == "label" {
                labels.insert(Label("label", files.text("\(path)/\(file)") ?? ""), at: 1)
                samples.append(Sample(name: "node_hwmon_sensor_label", labels: labels, value: 1))
            } else if SensorPart.readings.contains(reading), let value = files.number("\(path)/\(file)") {
                let stem = "node_hwmon_\(letters)" + (reading == "input" ? "" : "_\(reading)")
                let isFlag = reading == "alarm"
                samples.append(
                    Sample(
                        name: stem + (isFlag ? "" : kind.unit), labels: labels,
                        value: isFlag ? value : value * kind.factor))
            }
        }
    }

    /// The numbers of the chips change from boot to boot; the place of the device in the machine does not:
    /// `…/platform/coretemp.0` is `platform_coretemp_0`.
    private func deviceName(_ path: String) -> String? {
        guard let resolved = realpath("\(path)/device", nil) else { return nil }
        defer { free(resolved) }
        let parts = String(cString: resolved).split(separator: "/").suffix(2).map { cleaned(String($0)) }
        return parts.allSatisfy(\.isEmpty) ? nil : parts.filter { !$0.isEmpty }.joined(separator: "_")
    }

    /// In lower case, with `_` for what has no place in a name.
    private func cleaned(_ text: String) -> String {
        let bytes = text.lowercased().utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"): byte
            default: UInt8(ascii: "_")
            }
        }
        let isUnderscore = { (byte: UInt8) in byte == UInt8(ascii: "_") }
        return String(
            decoding: bytes.drop(while: isUnderscore).reversed().drop(while: isUnderscore).reversed(), as: UTF8.self)
    }
}
