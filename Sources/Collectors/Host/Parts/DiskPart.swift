import Exposition
import Model

/// What the block devices did, from `/proc/diskstats`, and what they are, from udev.
struct DiskPart: HostPart {
    let names = ["diskstats"]

    /// The columns behind the device's name. Sectors are always 512 bytes here, times are milliseconds.
    private static let columns: [(name: String, type: MetricType, help: String, factor: Double)] = [
        ("reads_completed_total", .counter, "Reads completed.", 1),
        ("reads_merged_total", .counter, "Reads merged with a neighbour.", 1),
        ("read_bytes_total", .counter, "Bytes read.", 512),
        ("read_time_seconds_total", .counter, "Seconds spent by all reads.", 0.001),
        ("writes_completed_total", .counter, "Writes completed.", 1),
        ("writes_merged_total", .counter, "Writes merged with a neighbour.", 1),
        ("written_bytes_total", .counter, "Bytes written.", 512),
        ("write_time_seconds_total", .counter, "Seconds spent by all writes.", 0.001),
        ("io_now", .gauge, "Requests under way.", 1),
        ("io_time_seconds_total", .counter, "Seconds in which a request was under way.", 0.001),
        ("io_time_weighted_seconds_total", .counter, "Seconds of all requests under way, added up.", 0.001),
        ("discards_completed_total", .counter, "Discards completed.", 1),
        ("discards_merged_total", .counter, "Discards merged with a neighbour.", 1),
        ("discarded_sectors_total", .counter, "Sectors discarded.", 1),
        ("discard_time_seconds_total", .counter, "Seconds spent by all discards.", 0.001),
        ("flush_requests_total", .counter, "Flushes completed.", 1),
        ("flush_requests_time_seconds_total", .counter, "Seconds spent by all flushes.", 0.001),
    ]

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        var disks: [(device: String, major: String, minor: String, values: [Double])] = []
        for line in try files.read("/proc/diskstats").lines {
            var fields = line.fields
            guard let major = fields.next(), let minor = fields.next(), let device = fields.next(),
                !DiskPart.isExcluded(device)
            else { continue }
            disks.append(
                (device.text, major.text, minor.text, fields.prefix(DiskPart.columns.count).map { $0.number ?? 0 }))
        }
        if disks.isEmpty { return }
        writer.family("node_disk_info", .gauge, help: "What udev knows of a block device.")
        for disk in disks {
            var labels = [Label("device", disk.device), Label("major", disk.major), Label("minor", disk.minor)]
            labels += udevLabels(files.readIfPresent("/run/udev/data/b\(disk.major):\(disk.minor)") ?? [])
            writer.sample("node_disk_info", labels, 1)
        }
        for (index, column) in DiskPart.columns.enumerated() where disks.contains(where: { $0.values.count > index }) {
            let name = "node_disk_\(column.name)"
            writer.family(name, column.type, help: column.help)
            for disk in disks where disk.values.count > index {
                writer.sample(name, [Label("device", disk.device)], disk.values[index] * column.factor)
            }
        }
    }

    private func udevLabels(_ text: ArraySlice<UInt8>) -> [Label] {
        text.lines.compactMap { line in
            guard line.begins(with: "E:"), let (key, value) = line.dropFirst(2).cut(at: UInt8(ascii: "=")) else {
                return nil
            }
            if key.equals("ID_PATH") { return Label("path", value.text) }
            if key.equals("ID_WWN") { return Label("wwn", value.text) }
            if key.equals("ID_MODEL") { return Label("model", value.text) }
            if key.equals("ID_SERIAL_SHORT") { return Label("serial", value.text) }
            if key.equals("ID_REVISION") { return Label("revision", value.text) }
            return nil
        }
    }

    /// node_exporter's default choice: `^(ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$`, partitions and the like.
    static func isExcluded(_ device: ArraySlice<UInt8>) -> Bool {
        let stem = device.droppingDigits
        if stem.count == device.count { return false }
        if stem.equals("ram") || stem.equals("loop") || stem.equals("fd") { return true }
        if let last = stem.last, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(last) {
            let bus = stem.dropLast()
            if bus.equals("hd") || bus.equals("sd") || bus.equals("vd") || bus.equals("xvd") { return true }
        }
        guard stem.begins(with: "nvme"), stem.last == UInt8(ascii: "p") else { return false }
        let namespace = stem.dropLast()
        let controller = namespace.droppingDigits
        guard controller.count < namespace.count, controller.last == UInt8(ascii: "n") else { return false }
        let driver = controller.dropLast().droppingDigits
        return driver.count < controller.count - 1 && driver.equals("nvme")
    }
}

extension ArraySlice<UInt8> {
    /// Without the digits at its end.
    fileprivate var droppingDigits: ArraySlice<UInt8> {
        var stem = self
        while let last = stem.last, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(last) { stem.removeLast() }
        return stem
    }
}
