import Exposition
import Foundation
import Testing

@testable import Collectors

@Suite("The process itself")
struct ProcessTests {
    private func collect(_ collector: inout ProcessCollector) throws -> Families {
        var writer = ExpositionWriter()
        collector.collect(into: &writer)
        return try Families(String(decoding: writer.bytes, as: UTF8.self))
    }

    private static let limits = """
        Limit                     Soft Limit           Hard Limit           Units
        Max address space         unlimited            unlimited            bytes
        Max open files            20000                40000                files

        """

    @Test func figuresOfATree() throws {
        let tree = try HostTree([
            "/proc/self/stat": "4711 (a) b (c d) S 1 1 1 0 -1 4194304 102 0 0 0 150 50 9 9 20 0 7 0 250 163840000 381 "
                + "18446744073709551615 1\n",
            "/proc/self/limits": Self.limits, "/proc/stat": "cpu 1\nbtime 1700000000\n",
            "/proc/self/fd/1000001": "", "/proc/self/fd/1000002": "", "/proc/self/fd/.hidden": "",
        ])
        var collector = ProcessCollector(root: tree.root + "/")
        let families = try collect(&collector)
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        #expect(
            families.values == [
                "process_cpu_seconds_total": 2, "process_resident_memory_bytes": 381 * page,
                "process_virtual_memory_bytes": 163_840_000, "process_threads": 7,
                "process_start_time_seconds": 1_700_000_002.5, "process_max_fds": 20_000,
                "process_virtual_memory_max_bytes": 18_446_744_073_709_551_616, "process_open_fds": 2,
            ])
        #expect(families.types["process_cpu_seconds_total"] == "counter")
        #expect(families.types.values.filter { $0 == "gauge" }.count == 7)
        #expect(collector.failure == nil)
    }

    @Test(arguments: ["", "1 (x", "1 (x) S 1 2 3", "1 (x) S" + String(repeating: " x", count: 40)])
    func aBrokenStatusIsNamedAndTheRestStays(text: String) throws {
        let tree = try HostTree([
            "/proc/self/stat": text, "/proc/self/limits": Self.limits, "/proc/self/fd/1000001": "",
        ])
        var collector = ProcessCollector(root: tree.root)
        let families = try collect(&collector)
        #expect(collector.failure?.contains("/proc/self/stat") == true)
        #expect(families.values == ["process_open_fds": 1])
    }

    @Test func itsOwnFigures() throws {
        var collector = ProcessCollector()
        let families = try collect(&collector)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #expect(families["process_max_fds"][""] == Double(limit.rlim_cur))
        let resident = try #require(families["process_resident_memory_bytes"][""])
        #expect(resident > 1e6 && resident < 1e10)
        let started = try #require(families["process_start_time_seconds"][""])
        #expect(started <= Date().timeIntervalSince1970 + 2 && started > Date().timeIntervalSince1970 - 3600)
        // Other tests open and close files meanwhile; two hundred more are seen all the same.
        let before = try #require(families["process_open_fds"][""])
        let opened = (0..<200).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
        let after = try #require(try collect(&collector)["process_open_fds"][""])
        for descriptor in opened { close(descriptor) }
        #expect(after > before + 100 && after < before + 300)
    }
}
