import Foundation
import Instruments
import Logging
import Model
import Synchronization

@testable import Store

/// A clock that says what it is told.
final class TestClock: WallClock {
    private let time: Mutex<Int64>

    init(_ time: Int64) { self.time = Mutex(time) }

    func now() -> Int64 { time.withLock { $0 } }

    func advance(_ milliseconds: Int64) { time.withLock { $0 += milliseconds } }
}

/// A store in a folder of its own, which goes with it.
final class Scratch {
    let folder: String
    let clock: TestClock
    let instruments = Registry()
    private(set) var store: Store

    var path: String { folder + "/test.db" }

    init(now: Int64 = 1_732_170_000_000, configure: (inout Store.Options) -> Void = { _ in }) throws {
        folder = NSTemporaryDirectory() + "vedette-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        clock = TestClock(now)
        var options = Store.Options()
        options.clock = clock
        configure(&options)
        store = try Store(
            path: folder + "/test.db", options: options, registry: instruments, logger: Logger(level: .error))
    }

    deinit {
        store.close()
        if ProcessInfo.processInfo.environment["KEEP"] == nil { try? FileManager.default.removeItem(atPath: folder) }
    }

    /// Closes the store and opens it again.
    func reopen() throws {
        store.close()
        var options = Store.Options()
        options.clock = clock
        store = try Store(path: path, options: options, registry: Registry(), logger: Logger(level: .error))
    }

    /// What the stock shell answers, line by line.
    func shell(_ sql: String) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
        process.arguments = ["-readonly", path, sql]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map(String.init)
    }
}

/// A target whose scrapes are written by hand.
final class ScriptedTarget {
    let appender: TargetAppender
    let store: Store
    private var arranged: [Labels] = []

    init(_ store: Store, name: String = "a:1") {
        self.store = store
        let batch = WriteBatch()
        let id = store.begin(
            TargetDescription(
                job: "test", instance: name, url: "http://\(name)/metrics", labels: ["job": "test", "instance": name],
                discovered: ["__address__": name], intervalMilliseconds: 15_000, timeoutMilliseconds: 10_000), in: batch
        )
        store.write(batch)
        appender = store.appender(target: id)
    }

    /// Writes one scrape: series and the texts of their values.
    func scrape(at timestamp: Int64, _ values: [(Labels, String)]) throws {
        let batch = WriteBatch()
        if arranged != values.map(\.0) {
            arranged = values.map(\.0)
            let columns = try arranged.map { try appender.column(for: $0, in: batch) as TargetAppender.Column? }
            _ = appender.arrange(columns, reports: [])
        }
        var body: [UInt8] = []
        var tokens: [SampleToken] = []
        for (_, text) in values {
            tokens.append(SampleToken(start: UInt32(body.count), length: UInt16(text.utf8.count)))
            body.append(contentsOf: text.utf8)
        }
        let written = body.withUnsafeBytes { body in
            tokens.withUnsafeBufferPointer { appender.append(at: timestamp, $0, in: body, reports: [], to: batch) }
        }
        if !written { throw UserError("not a number among \(values.map(\.1))") }
        store.write(batch)
    }
}

extension Store {
    /// Everything that a selector finds, series by series.
    func read(_ matchers: [LabelMatcher], from: Int64 = 0, to: Int64 = .max) throws -> [(Labels, [Sample])] {
        let cursor = try select(matchers, from: from, to: to)
        defer { cursor.close() }
        var found: [(Labels, [Sample])] = []
        while try cursor.next() {
            let samples = try cursor.withSamples { zip($0, $1).map { Sample($0, $1) } }
            found.append((try cursor.labels, samples))
        }
        return found
    }
}
