import Exposition
import Foundation
import Testing

@testable import Collectors

@Suite("System")
struct SystemTests {
    @Test func disks() throws {
        let tree = try HostTree([
            "/proc/diskstats": """
               8       0 sda 1 2 3 4000 5 6 7 8000 9 10000 11000 12 13 14 15000 16 17000
               8       1 sda1 1 2 3 4 5 6 7 8 9 10 11
             259       0 nvme0n1 1 2 3 4 5 6 7 8 9 10 11
             254       0 broken
               7

            """,
            "/run/udev/data/b8:0":
                "S:disk/by-id/x\nE:ID_MODEL=Big Disk\nE:ID_SERIAL_SHORT=S1\nE:ID_WWN=0x5\nE:ID_PATH=pci-0\nE:ID_REVISION=2\nE:ID\n",
        ])
        var collector = tree.collector()
        let families = try Families(&collector)
        #expect(
            families["node_disk_info"] == [
                #"device="sda",major="8",minor="0",model="Big Disk",path="pci-0",revision="2",serial="S1",wwn="0x5""#:
                    1,
                #"device="nvme0n1",major="259",minor="0""#: 1, #"device="broken",major="254",minor="0""#: 1,
            ])
        let sda = families.types.keys.reduce(into: [String: Double]()) { $0[$1] = families[$1]["device=\"sda\""] }
        #expect(
            sda == [
                "node_disk_reads_completed_total": 1, "node_disk_reads_merged_total": 2,
                "node_disk_read_bytes_total": 1536, "node_disk_read_time_seconds_total": 4,
                "node_disk_writes_completed_total": 5, "node_disk_writes_merged_total": 6,
                "node_disk_written_bytes_total": 3584, "node_disk_write_time_seconds_total": 8,
                "node_disk_io_now": 9, "node_disk_io_time_seconds_total": 10,
                "node_disk_io_time_weighted_seconds_total": 11, "node_disk_discards_completed_total": 12,
                "node_disk_discards_merged_total": 13, "node_disk_discarded_sectors_total": 14,
                "node_disk_discard_time_seconds_total": 15, "node_disk_flush_requests_total": 16,
                "node_disk_flush_requests_time_seconds_total": 17,
            ])
        // An older kernel has fewer columns.
        #expect(families["node_disk_io_now"]["device=\"nvme0n1\""] == 9)
        #expect(families["node_disk_discards_completed_total"].count == 1)
    }

    @Test func identity() throws {
        let tree = try HostTree([
            "/usr/lib/os-release": """
            PRETTY_NAME="A \\"Nice\\" \\\\ System"
            NAME='Single $quoted'
            ID=plain
            VERSION_ID="22.04.1"
            ID_LIKE=
            HOME_URL="https://example.org"
            VARIANT="

            """,
            "/proc/sys/kernel/ostype": "Linux\n", "/proc/sys/kernel/osrelease": "6.1.0\n",
            "/proc/sys/kernel/version": "#1 SMP\n", "/proc/sys/kernel/hostname": "box\n",
            "/proc/sys/kernel/domainname": "(none)\n", "/proc/sys/fs/file-nr": "960\t0\t9223372036854775807\n",
            "/proc/sys/kernel/random/entropy_avail": "256\n", "/proc/sys/kernel/random/poolsize": "4096\n",
        ])
        var collector = tree.collector()
        let families = try Families(&collector)
        #expect(
            families["node_os_info"] == [
                #"id="plain",name="Single $quoted",pretty_name="A \"Nice\" \\ System",variant="\"",version_id="22.04.1""#:
                    1
            ])
        #expect(families["node_os_version"] == [#"id="plain",name="Single $quoted""#: 22.04])
        var system = utsname()
        uname(&system)
        let machine = withUnsafeBytes(of: system.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        #expect(
            families["node_uname_info"] == [
                ##"domainname="(none)",machine="\##(machine)",nodename="box",release="6.1.0",sysname="Linux",version="#1 SMP""##:
                    1
            ])
        #expect(families["node_filefd_allocated"][""] == 960)
        #expect(families["node_filefd_maximum"][""] == 9_223_372_036_854_775_808)
        #expect(families["node_entropy_available_bits"][""] == 256)
        #expect(families["node_entropy_pool_size_bits"][""] == 4096)
        #expect(families["node_time_seconds"][""] == 1_700_000_000.25)
    }

    @Test(arguments: [
        ("12", 12.0), ("22.04", 22.04), ("22.04.5", 22.04), ("8.", 8), ("9.x", 9), ("rolling", nil), ("", nil),
        (".5", nil), ("1e5", 1),
    ])
    func versions(text: String, want: Double?) throws {
        let tree = try HostTree(["/etc/os-release": "VERSION_ID=\(text)\n"])
        var collector = tree.collector()
        #expect(try Families(&collector)["node_os_version"].values.first == want)
    }

    @Test func clocks() throws {
        let tree = try HostTree([
            "/sys/devices/system/clocksource/clocksource0/available_clocksource": "tsc hpet acpi_pm \n",
            "/sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc\n",
            "/sys/devices/system/clocksource/power": "",
        ])
        var collector = tree.collector()
        let families = try Families(&collector)
        #expect(
            families["node_time_clocksource_available_info"] == [
                #"clocksource="tsc",device="0""#: 1, #"clocksource="hpet",device="0""#: 1,
                #"clocksource="acpi_pm",device="0""#: 1,
            ])
        #expect(families["node_time_clocksource_current_info"] == [#"clocksource="tsc",device="0""#: 1])
    }

    @Test func heat() throws {
        let tree = try HostTree([
            "/sys/class/thermal/thermal_zone0/type": "x86_pkg_temp\n",
            "/sys/class/thermal/thermal_zone0/temp": "45500\n",
            "/sys/class/thermal/thermal_zone1/type": "off\n",
            "/sys/class/thermal/cooling_device3/type": "Processor\n",
            "/sys/class/thermal/cooling_device3/cur_state": "1\n",
            "/sys/class/thermal/cooling_device3/max_state": "10\n",
            "/sys/class/hwmon/hwmon0/name": "Core-Temp\n", "/sys/class/hwmon/hwmon0/temp1_input": "45500\n",
            "/sys/class/hwmon/hwmon0/temp1_label": "Package id 0\n", "/sys/class/hwmon/hwmon0/temp1_crit": "100000\n",
            "/sys/class/hwmon/hwmon0/temp1_alarm": "0\n", "/sys/class/hwmon/hwmon0/temp1_type": "4\n",
            "/sys/class/hwmon/hwmon0/fan2_input": "1200\n", "/sys/class/hwmon/hwmon0/in0_input": "1250\n",
            "/sys/class/hwmon/hwmon0/curr1_input": "500\n", "/sys/class/hwmon/hwmon0/power1_average": "15000000\n",
            "/sys/class/hwmon/hwmon0/intrusion0_alarm": "1\n", "/sys/class/hwmon/hwmon0/temp_input": "5\n",
            "/sys/class/hwmon/hwmon1/temp1_input": "broken\n", "/sys/class/hwmon/hwmon1/temp2_input": "-5000\n",
            "/sys/class/hwmon/hwmon1/device/x": "", "/sys/class/hwmon/hwmon2/name": "core-temp\n",
            "/sys/class/hwmon/hwmon2/temp1_input": "1000\n",
        ])
        var collector = tree.collector()
        let families = try Families(&collector)
        #expect(families["node_thermal_zone_temp"] == [#"type="x86_pkg_temp",zone="0""#: 45.5])
        #expect(families["node_cooling_device_cur_state"] == [#"name="3",type="Processor""#: 1])
        #expect(families["node_cooling_device_max_state"] == [#"name="3",type="Processor""#: 10])
        #expect(
            families.values.filter { $0.key.hasPrefix("node_hwmon_") } == [
                #"node_hwmon_chip_names{chip="core_temp",chip_name="core_temp"}"#: 1,
                #"node_hwmon_temp_celsius{chip="core_temp",sensor="temp1"}"#: 45.5,
                #"node_hwmon_temp_crit_celsius{chip="core_temp",sensor="temp1"}"#: 100,
                #"node_hwmon_temp_alarm{chip="core_temp",sensor="temp1"}"#: 0,
                #"node_hwmon_sensor_label{chip="core_temp",label="Package id 0",sensor="temp1"}"#: 1,
                #"node_hwmon_fan_rpm{chip="core_temp",sensor="fan2"}"#: 1200,
                #"node_hwmon_in_volts{chip="core_temp",sensor="in0"}"#: 1.25,
                #"node_hwmon_curr_amps{chip="core_temp",sensor="curr1"}"#: 0.5,
                #"node_hwmon_power_average_watt{chip="core_temp",sensor="power1"}"#: 15,
                #"node_hwmon_temp_celsius{chip="hwmon1_device",sensor="temp2"}"#: -5,
            ])
    }
}
