import CPlatform
import Exposition
import Glibc
import Model

/// What time it is there, and by which clock.
struct TimePart: HostPart {
    let names = ["time"]
    let clock: any WallClock

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        let directory = "/sys/devices/system/clocksource"
        let devices = (files.list(directory) ?? []).filter { $0.hasPrefix("clocksource") }
        for (file, name, help) in [
            ("available", "node_time_clocksource_available_info", "The clocks there are."),
            ("current", "node_time_clocksource_current_info", "The clock in use."),
        ] {
            var clocks: [(device: String, clock: String)] = []
            for device in devices {
                let text = files.readIfPresent("\(directory)/\(device)/\(file)_clocksource") ?? []
                clocks += text.fields.map { (String(device.dropFirst("clocksource".count)), $0.text) }
            }
            if clocks.isEmpty { continue }
            writer.family(name, .gauge, help: help)
            for (device, clock) in clocks {
                writer.sample(name, [Label("clocksource", clock), Label("device", device)], 1)
            }
        }
        let milliseconds = clock.now()
        writer.single("node_time_seconds", .gauge, "The time, in Unix time.", Double(milliseconds) / 1000)
        var seconds = time_t(floorDivide(milliseconds, by: 1000))
        var local = tm()
        guard localtime_r(&seconds, &local) != nil else { return }
        let zone = local.tm_zone.map { String(cString: $0) } ?? ""
        writer.family("node_time_zone_offset_seconds", .gauge, help: "How far the local time is ahead of UTC.")
        writer.sample("node_time_zone_offset_seconds", [Label("time_zone", zone)], Double(local.tm_gmtoff))
    }
}

/// How well the clock is kept to the world's, as the kernel was told by whoever keeps it (chrony, timesyncd, ntpd).
struct ClockDisciplinePart: HostPart {
    let names = ["timex"]

    func collect(_ files: inout SystemFiles, into writer: inout ExpositionWriter) throws(UserError) {
        var clock = platform_clock_discipline()
        let code = platform_read_clock_discipline(&clock)
        if code != 0 { throw UserError("cannot ask how the clock is kept: \(reason(code))") }
        func write(_ name: String, _ help: String, _ value: Double) {
            writer.single("node_timex_\(name)", .gauge, help, value)
        }
        write("estimated_error_seconds", "Estimated error of the clock.", clock.estimated_error)
        write("frequency_adjustment_ratio", "How much faster the clock is made to run.", clock.frequency_ratio)
        write("loop_time_constant", "Time constant of the control loop.", clock.time_constant)
        write("maxerror_seconds", "Largest error of the clock.", clock.maximum_error)
        write("offset_seconds", "How far the clock is from what it follows.", clock.offset)
        write("status", "Status bits.", clock.status)
        write("sync_status", "Whether the clock is kept to a reliable one.", Double(clock.is_synchronised))
        write("tai_offset_seconds", "How far atomic time is ahead of UTC.", clock.tai_offset)
        write("tick_seconds", "Seconds between ticks of the clock.", clock.tick)
    }
}
