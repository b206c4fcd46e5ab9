import Exposition
import Foundation
import HTTPAPI
import Instruments
import Model

/// A house of cardboard: every service the routes need, held in memory.
struct FakeHouse: StatusProvider, TargetsProvider, StoreStatusProvider, BackupProvider, MetadataProvider {
    var build = BuildInformation(version: "1.2.3", revision: "abc", compiler: "swift 6.3")
    var runtime = RuntimeInformation(
        started: 1_700_000_000_000, workingDirectory: "/srv", hostname: "box", reloadSucceeded: true,
        configurationLoaded: 1_700_000_001_000, corruptions: 0, threads: 7, processors: 2, retention: "15d")
    var flags: [(name: String, value: String)] = [("config.file", "a.yaml"), ("data", "x\"y")]
    var configuration = "global:\n  scrape_interval: 15s\n"
    var list = TargetList()
    var store = StoreStatus()
    var backup = Array("SQLite format 3\0".utf8)

    var targetMetadata: [(target: Labels, metadata: [FamilyMetadata])] = []

    func targets() async throws -> TargetList { list }

    func metadata(of family: String?) throws -> [FamilyMetadata] {
        targetMetadata.flatMap(\.metadata).filter { family == nil || $0.family == family }
            .sorted { $0.family < $1.family }
    }

    func metadataByTarget(of family: String?) throws -> [(target: Labels, metadata: [FamilyMetadata])] {
        targetMetadata.map { ($0.target, $0.metadata.filter { family == nil || $0.family == family }) }
    }

    func storeStatus(limit: Int) async throws -> StoreStatus {
        var cut = store
        cut.seriesByMetric = Array(store.seriesByMetric.prefix(limit))
        return cut
    }

    func makeBackup() async throws -> OpenFile {
        var template = Array("/tmp/vedette-backup-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0, unlink(template) == 0 else { throw UserError("cannot make backup: no room") }
        let written = backup.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written == backup.count else { throw UserError("cannot make backup: no room") }
        lseek(descriptor, 0, SEEK_SET)
        return OpenFile(descriptor: descriptor, length: Int64(backup.count))
    }
}

/// Series held in memory.
struct FakeSeries: SeriesSource {
    var series: [(labels: Labels, samples: [Sample])] = []

    func select(_ matchers: [LabelMatcher], from: Int64, to: Int64) throws -> any SeriesCursor {
        let found = try series.enumerated().filter { entry in
            try matchers.allSatisfy { matcher in
                let value = entry.element.labels[matcher.name] ?? ""
                switch matcher.operation {
                case .equal: return sameBytes(value, matcher.value)
                case .notEqual: return !sameBytes(value, matcher.value)
                case .matches: return try value.wholeMatch(of: pattern(matcher)) != nil
                case .notMatches: return try value.wholeMatch(of: pattern(matcher)) == nil
                }
            }
        }
        return FakeCursor(
            found.map {
                ($0.offset, $0.element.labels, $0.element.samples.filter { $0.timestamp >= from && $0.timestamp <= to })
            })
    }
}

extension FakeSeries: LabelSource {
    private struct List: SeriesList {
        var all: [Labels]
        var count: Int { all.count }
        func labels(in range: Range<Int>) -> [Labels] { Array(all[range]) }
    }

    func series(_ selections: [[LabelMatcher]], from: Int64, to: Int64) throws -> any SeriesList {
        var found: [Labels] = []
        for matchers in selections.isEmpty ? [[]] : selections {
            let cursor = try select(matchers, from: from, to: to)
            while try cursor.next() {
                let labels = try cursor.labels
                let isThere = try cursor.withSamples { times, _ in !times.isEmpty }
                if isThere, !found.contains(labels) { found.append(labels) }
            }
        }
        return List(all: found)
    }

    func labelNames(_ selections: [[LabelMatcher]], from: Int64, to: Int64) throws -> [String] {
        let series = try series(selections, from: from, to: to)
        return Set(try series.labels(in: 0..<series.count).flatMap { $0.pairs.map(\.name) }).sorted()
    }

    func labelValues(
        _ name: String, _ selections: [[LabelMatcher]], from: Int64, to: Int64
    ) throws -> [String] {
        let series = try series(selections, from: from, to: to)
        return Set(try series.labels(in: 0..<series.count).compactMap { $0[name] }).sorted()
    }
}

private func pattern(_ matcher: LabelMatcher) throws -> Regex<AnyRegexOutput> { try Regex(matcher.value) }

private final class FakeCursor: SeriesCursor {
    private let entries: [(id: Int, labels: Labels, samples: [Sample])]
    private var place = -1

    init(_ entries: [(Int, Labels, [Sample])]) {
        self.entries = entries.map { (id: $0.0, labels: $0.1, samples: $0.2) }
    }

    var seriesCount: Int { entries.count }

    func next() throws -> Bool {
        place += 1
        return place < entries.count
    }

    var seriesID: Int64 { Int64(entries[place].id) }

    var labels: Labels { entries[place].labels }

    func withSamples<Result>(
        _ body: (UnsafeBufferPointer<Int64>, UnsafeBufferPointer<Double>) throws -> Result
    ) throws -> Result {
        let samples = entries[place].samples
        return try samples.map(\.timestamp).withUnsafeBufferPointer { times in
            try samples.map(\.value).withUnsafeBufferPointer { values in try body(times, values) }
        }
    }

    func close() {}
}

/// A clock that stands still.
struct FixedClock: WallClock {
    var time: Int64

    func now() -> Int64 { time }
}

/// Services of cardboard, to be changed by a test where it matters.
func fakeServices(
    _ house: FakeHouse = FakeHouse(), series: any SeriesSource & LabelSource = FakeSeries(),
    settings: QuerySettings = QuerySettings(), registry: Registry = Registry()
) -> Services {
    Services(
        status: house, targets: house, series: series, metadata: house,
        queries: QueryRunner(settings: { settings }, registry: registry), store: house, backup: house,
        writeMetrics: { writer in
            writer.family("vedette_build_info", .gauge, help: "The build.")
            writer.sample("vedette_build_info", [Label("version", "1.2.3")], 1)
            writer.family("vedette_scrapes_total", .counter, help: "Scrapes.")
            writer.sample("vedette_scrapes_total", 42)
        },
        clock: FixedClock(time: 1_700_000_100_000))
}
