import Foundation
import Testing

@testable import Collectors

@Suite("Processors")
struct ProcessorTests {
    @Test func manyProcessorsSomeOfThemOffline() throws {
        // 256 processors of which every fourth is switched off, and the line of interrupts that such machines have.
        let online = (0..<256).filter { $0 % 4 != 3 }
        let rows = online.map { "cpu\($0) \($0)00 2 300 \($0 + 1)00 5 6 7 8 9 10\n" }.joined()
        let interrupts = "intr 9007199254740993 " + String(repeating: "0 ", count: 30_000) + "\n"
        let tree = try HostTree([
            "/proc/stat": "cpu  1 2 3 4 5 6 7 8 9 10\n\(rows)\(interrupts)ctxt 12\nbtime 1700000000\nprocesses 5\n"
                + "procs_running 3\nprocs_blocked 0\nsoftirq 1 2 3\n"
        ])
        var collector = tree.collector()
        let families = try Families(&collector)
        let seconds = families["node_cpu_seconds_total"]
        #expect(seconds.count == online.count * 8)
        #expect(seconds["cpu=\"254\",mode=\"user\""] == 254)
        #expect(seconds["cpu=\"254\",mode=\"idle\""] == 255)
        #expect(seconds["cpu=\"255\",mode=\"idle\""] == nil)
        #expect(seconds["cpu=\"0\",mode=\"steal\""] == 0.08)
        #expect(families["node_cpu_guest_seconds_total"]["cpu=\"0\",mode=\"nice\""] == 0.1)
        #expect(families["node_intr_total"][""] == 9_007_199_254_740_992)
        #expect(families["node_context_switches_total"][""] == 12)
        #expect(families["node_boot_time_seconds"][""] == 1_700_000_000)
        #expect(families["node_forks_total"][""] == 5)
        #expect(families["node_procs_running"][""] == 3)
        #expect(families["node_procs_blocked"][""] == 0)
        #expect(families["node_scrape_collector_success"]["collector=\"cpu\""] == 1)
    }

    @Test func aTotalDoesNotGoDownUnlessTheProcessorWasAway() throws {
        let tree = try HostTree(["/proc/stat": "cpu0 100 0 100 5000 100 0 0 0 0 0\n"])
        var collector = tree.collector()
        _ = try Families(&collector)
        // Idle and waiting time fall a little; the rest goes on.
        try tree.write("/proc/stat", "cpu0 120 0 100 4990 99 0 0 0 0 0\n")
        var seconds = try Families(&collector)["node_cpu_seconds_total"]
        #expect(seconds["cpu=\"0\",mode=\"user\""] == 1.2)
        #expect(seconds["cpu=\"0\",mode=\"idle\""] == 50)
        #expect(seconds["cpu=\"0\",mode=\"iowait\""] == 1)
        // All of it falls: the processor was taken away and came back.
        try tree.write("/proc/stat", "cpu0 1 0 1 4600 1 0 0 0 0 0\n")
        seconds = try Families(&collector)["node_cpu_seconds_total"]
        #expect(seconds["cpu=\"0\",mode=\"user\""] == 0.01)
        #expect(seconds["cpu=\"0\",mode=\"idle\""] == 46)
    }

    @Test(arguments: [
        ("", "it names no processor"), ("cpu  1 2 3 4\n", "it names no processor"),
        ("cpu0 1 2\n", "cpu0 is too short"), ("\u{0}\u{1}garbage\n\n", "it names no processor"),
    ])
    func aBrokenFileIsAFailure(text: String, want: String) throws {
        let tree = try HostTree(["/proc/stat": text])
        var collector = tree.collector()
        let families = try Families(&collector)
        #expect(families["node_scrape_collector_success"]["collector=\"cpu\""] == 0)
        #expect(families["node_scrape_collector_success"]["collector=\"stat\""] == 0)
        #expect(families.types["node_cpu_seconds_total"] == nil)
        #expect(collector.failures.first { $0.collector == "cpu" }?.reason.contains(want) == true)
    }

    @Test func whatIsNoNumberCountsAsZero() throws {
        let tree = try HostTree(["/proc/stat": "cpu0 x -1 99999999999999999999 4\nctxt\nbtime x\n"])
        var collector = tree.collector()
        let families = try Families(&collector)
        let seconds = families["node_cpu_seconds_total"]
        #expect(seconds["cpu=\"0\",mode=\"user\""] == 0)
        #expect(seconds["cpu=\"0\",mode=\"system\""] == 1e18)
        #expect(families["node_boot_time_seconds"].isEmpty)
    }
}
