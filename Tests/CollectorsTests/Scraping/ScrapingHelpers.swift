import Exposition
import Foundation
import Instruments
import Logging
import Model
import Store
import Synchronization

@testable import Collectors

/// A clock that says what it is told.
final class SettableClock: WallClock {
    private let time: Mutex<(now: Int64, steady: Int64)>

    init(_ time: Int64) { self.time = Mutex((time, 0)) }

    func now() -> Int64 { time.withLock { $0.now } }

    func steady() -> Int64 { time.withLock { $0.steady } }

    /// Sets the clock: no time passes.
    func set(_ milliseconds: Int64) { time.withLock { $0.now = milliseconds } }

    /// Lets time pass.
    func advance(_ milliseconds: Int64) { time.withLock { $0 = ($0.now + milliseconds, $0.steady + milliseconds) } }
}

/// When tests begin: a whole minute.
let dawn: Int64 = 1_732_170_000_000

/// A store in a folder of its own, and targets that are scraped by hand.
final class IntakeBench {
    let store: Store
    let clock = SettableClock(dawn)
    let registry = Registry()
    let instruments: ScrapeInstruments
    private let folder: Folder
    private let key = ColumnCache.Key.random()
    private let layouts = LayoutPool()
    private let scratch = TokenScratch()

    init() throws {
        folder = try Folder()
        var options = Store.Options()
        options.clock = clock
        store = try Store(
            path: folder.path + "/test.db", options: options, registry: registry, logger: Logger(level: .error))
        instruments = ScrapeInstruments(registry)
    }

    deinit { store.close() }

    func intake(
        _ labels: Labels = ["job": "j", "instance": "i"], url: String = "http://i/metrics",
        _ change: (inout ScrapeConfig) -> Void = { _ in }
    ) -> HandScraped {
        var config = ScrapeConfig(jobName: "j")
        change(&config)
        let batch = WriteBatch()
        let number = store.begin(
            TargetDescription(
                job: "j", instance: labels["instance"] ?? "", url: url, labels: labels, discovered: labels,
                intervalMilliseconds: 15_000, timeoutMilliseconds: 10_000), in: batch)
        store.write(batch)
        let intake = SampleIntake(
            labelling: SeriesLabelling(target: labels, config: config), appender: store.appender(target: number),
            key: key,
            metadata: store.metadata, layouts: layouts, instruments: instruments, scratch: scratch)
        return HandScraped(self, intake, number)
    }

    /// Every sample of the store but the duration of scrapes: series, time since the start in seconds, value.
    func everything(_ metric: String? = nil) async throws -> [String: [String]] {
        try await store.flush()
        let cursor = try store.select([LabelMatcher("__name__", .notEqual, "")], from: 0, to: .max)
        defer { cursor.close() }
        var found: [String: [String]] = [:]
        while try cursor.next() {
            let labels = try cursor.labels
            if let metric, labels.metric != metric { continue }
            let samples = try cursor.withSamples { times, values in
                zip(times, values).map { time, value in
                    "\(formatAPIValue(Double(time - dawn) / 1000)):\(isStale(value) ? "stale" : formatAPIValue(value))"
                }
            }
            if !samples.isEmpty { found["\(labels.dropping(["job", "instance"]))", default: []] += samples }
        }
        return found
    }

    /// How many samples were counted as left out for a reason.
    func dropped(_ reason: LeftOut) -> Double? { registry.value("vedette_samples_dropped_total", reason.rawValue) }
}

/// One target of a bench.
final class HandScraped {
    private let bench: IntakeBench
    var intake: SampleIntake
    let number: Int64
    private(set) var now: Int64 = dawn

    init(_ bench: IntakeBench, _ intake: SampleIntake, _ number: Int64) {
        (self.bench, self.intake, self.number) = (bench, intake, number)
    }

    /// Takes a body, 15 seconds after the one before.
    @discardableResult
    func take(_ text: String, _ format: ExpositionFormat = .text) -> IntakeOutcome {
        next { batch in
            PaddedBytes.lend(Array(text.utf8)) {
                intake.take($0, format, at: now, now: now, seconds: 0.25, to: batch)
            }
        }
    }

    @discardableResult
    func takeNothing(_ format: ExpositionFormat = .text) -> IntakeOutcome {
        next { intake.takeNothing(format, at: now, now: now, seconds: 0.25, to: $0) }
    }

    @discardableResult
    func fail(_ reason: String) -> IntakeOutcome { next { intake.fail(reason, at: now, seconds: 0.25, to: $0) } }

    func end() {
        next {
            intake.end(at: now, to: $0)
            bench.store.end(target: number, in: $0)
        }
    }

    /// Goes on under another configuration.
    func reconfigure(_ change: (inout ScrapeConfig) -> Void) {
        var config = intake.labelling.config
        change(&config)
        intake = SampleIntake(SeriesLabelling(target: intake.labelling.target, config: config), continuing: intake)
    }

    func wait(_ milliseconds: Int64) { now += milliseconds }

    private func next<Result>(_ body: (WriteBatch) -> Result) -> Result {
        let batch = WriteBatch()
        bench.clock.set(now)
        let result = body(batch)
        bench.store.write(batch)
        now += 15_000
        return result
    }
}

extension Registry {
    /// The value of a gauge or counter, with the value of its label if it has one.
    func value(_ name: String, _ label: String? = nil) -> Double? {
        snapshots().first { $0.name == name }?.samples.first { $0.labels.first?.value == label }?.value
    }
}
