import Foundation
import Instruments
import Logging
import Model
import Store
import TestSupport

@testable import Collectors

/// An engine with its store, and a clock that goes on when it is told.
final class EngineBench {
    let store: Store
    let engine: ScrapeEngine
    let clock = SettableClock(dawn)
    let registry = Registry()
    let folder: Folder

    init() throws {
        folder = try Folder()
        var options = Store.Options()
        options.clock = clock
        let logger = Logger(level: .error)
        store = try Store(path: folder.path + "/test.db", options: options, registry: registry, logger: logger)
        engine = try ScrapeEngine(store: store, clock: clock, registry: registry, logger: logger)
    }

    deinit {
        engine.stop()
        store.close()
    }

    /// Says which targets a job has.
    func setTargets(
        _ addresses: [String], job name: String = "j", _ change: (inout ScrapeConfig) -> Void = { _ in }
    ) async {
        var config = ScrapeConfig(jobName: name)
        (config.interval, config.timeout) = (1000, 1000)
        config.staticGroups = [TargetGroup(targets: addresses)]
        change(&config)
        await engine.targetsChanged(resolveTargets(config.staticGroups, of: ScrapeJob(config)))
        engine.flush()
    }

    /// Lets time pass, in steps that nobody takes for a clock that was set.
    func pass(_ milliseconds: Int64) {
        for _ in 0..<milliseconds / 200 {
            clock.advance(200)
            engine.flush()
            // The first order is obeyed before what is due is looked at, the second one after it.
            engine.flush()
        }
    }

    /// One scrape of every target more, to its end.
    func round(_ milliseconds: Int64 = 1000) throws {
        let before = scrapes
        pass(milliseconds)
        let targets = Int(registry.value("vedette_scrape_targets") ?? 0)
        try until("\(targets) scrapes after \(before)") { scrapes >= before + targets }
    }

    var scrapes: Int {
        ["success", "failure", "skipped"].reduce(0) { $0 + Int(registry.value("vedette_scrapes_total", $1) ?? 0) }
    }

    /// The values of a series, oldest first.
    func values(_ metric: String, _ labels: Labels = [:]) async throws -> [String] {
        engine.flush()
        try await store.flush()
        let matchers = labels.pairs.map { LabelMatcher($0.name, .equal, $0.value) }
        let cursor = try store.select([.metric(metric)] + matchers, from: 0, to: .max)
        defer { cursor.close() }
        var found: [String] = []
        while try cursor.next() {
            found += try cursor.withSamples { $1.map { isStale($0) ? "stale" : formatAPIValue($0) } }
        }
        return found
    }

    func statuses() async throws -> [TargetStatus] {
        engine.flush()
        try await store.flush()
        return try store.targetStatuses()
    }
}

private struct Impatience: Error, CustomStringConvertible {
    let description: String
}

/// Waits for something that another thread brings about.
func until(_ what: String, _ condition: () -> Bool) throws {
    for _ in 0..<5000 {
        if condition() { return }
        usleep(2000)
    }
    throw Impatience(description: "\(what) never came")
}

extension HTTPTestServer {
    var address: String { "127.0.0.1:\(port)" }
}
