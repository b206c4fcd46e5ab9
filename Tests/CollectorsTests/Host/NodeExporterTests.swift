import Exposition
import Foundation
import FoundationNetworking
import Testing

@testable import Collectors

private let exporterPath = "/usr/bin/prometheus-node-exporter"

/// The real node_exporter beside ours, on this machine: the same families, types and labels, and the same values.
@Suite("Beside node_exporter", .enabled(if: FileManager.default.isExecutableFile(atPath: exporterPath)))
struct NodeExporterTests {
    /// What node_exporter's collectors of the same names have and ours do not: docs/metrics.md says why.
    private static let leftOut: Set<String> = [
        "node_exporter_build_info", "promhttp_metric_handler_errors_total", "node_nf_conntrack_stat_drop",
        "node_nf_conntrack_stat_early_drop",
        "node_nf_conntrack_stat_found", "node_nf_conntrack_stat_ignore", "node_nf_conntrack_stat_insert",
        "node_nf_conntrack_stat_insert_failed", "node_nf_conntrack_stat_invalid",
        "node_nf_conntrack_stat_search_restart", "node_timex_pps_calibration_total", "node_timex_pps_error_total",
        "node_timex_pps_frequency_hertz", "node_timex_pps_jitter_seconds", "node_timex_pps_jitter_total",
        "node_timex_pps_shift_seconds", "node_timex_pps_stability_exceeded_total", "node_timex_pps_stability_hertz",
        "node_cpu_core_throttles_total", "node_cpu_package_throttles_total", "node_cpu_isolated",
        "node_disk_filesystem_info", "node_disk_device_mapper_info", "node_disk_ata_write_cache",
        "node_disk_ata_write_cache_enabled", "node_disk_ata_rotation_rate_rpm",
    ]

    /// Values that do not move between two looks at an idle machine.
    private static let fixed = [
        "node_boot_time_seconds", "node_memory_MemTotal_bytes", "node_memory_SwapTotal_bytes",
        "node_memory_VmallocTotal_bytes", "node_memory_Hugepagesize_bytes", "node_memory_HugePages_Total",
        "node_filesystem_size_bytes", "node_filesystem_files", "node_filesystem_readonly",
        "node_filesystem_device_error", "node_network_info", "node_network_up", "node_network_mtu_bytes",
        "node_network_flags", "node_network_speed_bytes", "node_network_iface_id", "node_network_iface_link",
        "node_network_protocol_type", "node_network_transmit_queue_length", "node_network_address_assign_type",
        "node_network_carrier", "node_disk_info", "node_os_info", "node_os_version", "node_uname_info",
        "node_filefd_maximum", "node_entropy_pool_size_bits", "node_nf_conntrack_entries_limit",
        "node_timex_tick_seconds", "node_timex_status", "node_timex_frequency_adjustment_ratio",
        "node_timex_loop_time_constant", "node_timex_tai_offset_seconds", "node_netstat_Ip_Forwarding",
        "node_time_zone_offset_seconds", "node_time_clocksource_available_info",
        "node_time_clocksource_current_info", "node_scrape_collector_success", "node_arp_entries",
    ]

    @Test func familiesTypesLabelsAndValuesAgree() async throws {
        var collector = HostCollector()
        let exporter = try RunningExporter()
        defer { exporter.stop() }
        let before = try Families(&collector)
        var theirs = try Families(try await exporter.metrics())
        let ours = try Families(&collector)

        for name in Self.leftOut { theirs.types[name] = nil }
        let described = { (families: Families) in Set(families.types.map { "\($0.key) \($0.value)" }) }
        #expect(described(theirs).subtracting(described(ours)) == [], "theirs only")
        #expect(described(ours).subtracting(described(theirs)) == [], "ours only")
        #expect(theirs.types.count > 200)
        for (name, type) in theirs.types {
            // Other tests mount small disks of their own while these three looks are taken.
            let isLasting = { (sample: (key: String, value: Double)) in !sample.key.contains("/vedette-") }
            let (a, b, c) = (
                before[name].filter(isLasting), theirs[name].filter(isLasting), ours[name].filter(isLasting)
            )
            #expect(b.keys.sorted() == c.keys.sorted(), "\(name)")
            if Self.fixed.contains(name) { #expect(b == c, "\(name)") }
            // What only grows lies between our two looks. The kernel's idle time is no exact clock: a tick or two.
            if type == "counter" {
                let slack = name == "node_cpu_seconds_total" ? 0.03 : 0
                for (labels, value) in b {
                    let low = try #require(a[labels], "\(name){\(labels)}") - slack
                    let high = try #require(c[labels], "\(name){\(labels)}") + slack
                    #expect(low * (1 - 1e-12) <= value && value <= high * (1 + 1e-12), "\(name){\(labels)}")
                }
            }
        }
        #expect(Self.fixed.filter { theirs[$0].isEmpty }.count < 8, "this machine shows too little to compare")
    }
}

/// A node_exporter with the collectors that ours has, and upstream's defaults (Debian changes two).
private struct RunningExporter {
    private let process = Process()
    private let url: URL

    init() throws {
        let collectors = HostCollector().collectorNames
        process.executableURL = URL(fileURLWithPath: exporterPath)
        process.arguments =
            [
                "--web.listen-address=127.0.0.1:0", "--web.disable-exporter-metrics", "--collector.disable-defaults",
                "--collector.netdev.device-exclude=",
                "--collector.filesystem.mount-points-exclude=^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|"
                    + "var/lib/containers/storage/.+)($|/)",
            ] + collectors.map { "--collector.\($0)" }
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        // It says on standard error which port the kernel chose; the pipe ends if it dies before.
        var log = ""
        while true {
            let data = errors.fileHandleForReading.availableData
            log += String(decoding: data, as: UTF8.self)
            if let match = log.firstMatch(of: /msg="Listening on" address=(127\.0\.0\.1:[0-9]+)\s/) {
                url = try #require(URL(string: "http://\(match.1)/metrics"))
                break
            }
            try #require(!data.isEmpty, "node_exporter ended: \(log)")
        }
        // Nobody reads on: a full pipe must not stop it.
        errors.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
    }

    func metrics() async throws -> String {
        let (data, _) = try await URLSession.shared.data(from: url)
        return String(decoding: data, as: UTF8.self)
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}
