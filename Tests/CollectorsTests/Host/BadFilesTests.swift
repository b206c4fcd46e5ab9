import Exposition
import Foundation
import Testing

@testable import Collectors

@Suite("Files that are not as they should be")
struct BadFilesTests {
    private static let paths = [
        "/proc/stat", "/proc/loadavg", "/proc/meminfo", "/proc/vmstat", "/proc/pressure/cpu", "/proc/pressure/io",
        "/proc/pressure/memory", "/proc/diskstats", "/proc/mounts", "/proc/net/dev", "/proc/net/netstat",
        "/proc/net/snmp", "/proc/net/snmp6", "/proc/net/sockstat", "/proc/net/sockstat6", "/proc/net/softnet_stat",
        "/proc/net/arp", "/proc/sys/fs/file-nr", "/proc/sys/kernel/random/entropy_avail",
        "/proc/sys/kernel/random/poolsize", "/proc/sys/kernel/hostname", "/etc/os-release", "/proc/self/stat",
        "/proc/self/limits", "/sys/class/net/lo/mtu", "/sys/class/net/lo/flags", "/sys/class/net/lo/operstate",
    ]

    /// Collectors that need no file: a machine may do without what they look for.
    private static let contented: Set<String> = ["sockstat", "thermal_zone", "time", "timex"]

    @Test func anEmptyMachine() throws {
        let tree = try HostTree()
        var collector = tree.collector()
        let families = try Families(&collector)
        let success = families["node_scrape_collector_success"]
        #expect(success.count == collector.collectorNames.count)
        for name in collector.collectorNames {
            #expect(success["collector=\"\(name)\""] == (Self.contented.contains(name) ? 1 : 0), "\(name)")
        }
        #expect(Set(collector.failures.map(\.collector)).isDisjoint(with: Self.contented))
        #expect(collector.failures.count == success.count - Self.contented.count)
        let reason = try #require(collector.failures.first { $0.collector == "loadavg" }?.reason)
        #expect(reason == "cannot read \(tree.root)/proc/loadavg: No such file or directory")
    }

    @Test func aDirectoryInPlaceOfEachFile() throws {
        let tree = try HostTree()
        for path in Self.paths {
            try FileManager.default.createDirectory(atPath: tree.root + path, withIntermediateDirectories: true)
        }
        var collector = tree.collector()
        #expect(try Families(&collector)["node_scrape_collector_success"]["collector=\"loadavg\""] == 0)
    }

    @Test func aFileWithoutEndIsNotReadToIt() throws {
        let tree = try HostTree()
        try tree.write("/proc/loadavg", Data(repeating: UInt8(ascii: "1"), count: SystemFiles.longest + 1))
        var collector = tree.collector()
        _ = try Families(&collector)
        #expect(collector.failures.first { $0.collector == "loadavg" }?.reason.contains("File too large") == true)
    }

    /// This machine's own files cut off anywhere, and with bytes turned: whatever comes out has to be an exposition.
    @Test func truncatedAndGarbledFiles() throws {
        var random = Generator(state: 20_261_121)
        let originals = Self.paths.compactMap { path in FileManager.default.contents(atPath: path).map { (path, $0) } }
        #expect(originals.count > 15)
        let tree = try HostTree()
        var collector = tree.collector()
        var process = ProcessCollector(root: tree.root)
        for round in 0..<40 {
            for (path, original) in originals {
                var data = original.prefix(Int(random.next() % UInt64(original.count + 1)))
                if round % 2 == 1, !data.isEmpty {
                    for _ in 0..<8 {
                        let place = data.startIndex + Int(random.next() % UInt64(data.count))
                        data[place] = UInt8(truncatingIfNeeded: random.next())
                    }
                }
                try tree.write(path, Data(data))
            }
            var writer = ExpositionWriter()
            collector.collect(into: &writer)
            process.collect(into: &writer)
            #expect(throws: Never.self) { try Families(String(decoding: writer.bytes, as: UTF8.self), repeats: true) }
        }
    }

    /// The same bytes in every run (splitmix64).
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }
}
