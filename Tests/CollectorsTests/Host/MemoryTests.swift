import Foundation
import Testing

@testable import Collectors

@Suite("Memory, load and pressure")
struct MemoryTests {
    @Test func meminfo() throws {
        let tree = try HostTree([
            "/proc/meminfo": """
            MemTotal:       18014398509481984 kB
            Active(anon):          3 kB
            HugePages_Total:       7

            Strange name: 4 kB
            Broken:         x kB
            Bad-name:       4 kB
            Alone(
            :               4 kB
            MemFr
            """
        ])
        var collector = tree.collector()
        let families = try Families(&collector)
        let memory = families.values.filter { $0.key.hasPrefix("node_memory_") }
        #expect(
            memory == [
                "node_memory_MemTotal_bytes": 18_446_744_073_709_551_616, "node_memory_Active_anon_bytes": 3072,
                "node_memory_HugePages_Total": 7, "node_memory__bytes": 4096,
            ])
    }

    @Test(arguments: ["", "MemTotal:", "MemTotal 5 kB", "\n\n\n"])
    func anEmptyMeminfoIsAFailure(text: String) throws {
        let tree = try HostTree(["/proc/meminfo": text])
        var collector = tree.collector()
        #expect(try Families(&collector)["node_scrape_collector_success"]["collector=\"meminfo\""] == 0)
    }

    @Test func loadVmstatAndPressure() throws {
        let tree = try HostTree([
            "/proc/loadavg": "0.5 1.25 100000.75 2/300 4711\n",
            "/proc/vmstat": "nr_free_pages 5\npgpgin 6\npgmajfault 7\noom_kill 8\npgpgout\npswpin x\n",
            "/proc/pressure/cpu":
                "some avg10=0.00 avg60=0.62 avg300=1.13 total=11271979\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=9\n",
            "/proc/pressure/io": "some avg10=0.00 avg60=0.62 avg300=1.13 total=18446744073709551615\n",
            "/proc/pressure/memory": "full total=x\nsome total=2\n",
        ])
        var collector = tree.collector()
        let families = try Families(&collector)
        #expect(families["node_load1"][""] == 0.5)
        #expect(families["node_load5"][""] == 1.25)
        #expect(families["node_load15"][""] == 100_000.75)
        #expect(
            families.values.filter { $0.key.hasPrefix("node_vmstat_") } == [
                "node_vmstat_pgpgin": 6, "node_vmstat_pgmajfault": 7, "node_vmstat_oom_kill": 8,
            ])
        #expect(
            families.values.filter { $0.key.hasPrefix("node_pressure_") } == [
                "node_pressure_cpu_waiting_seconds_total": 11.271979,
                "node_pressure_io_waiting_seconds_total": 18_446_744_073_709.551615,
                "node_pressure_memory_waiting_seconds_total": 0.000002,
            ])
    }
}
