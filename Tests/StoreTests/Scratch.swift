import Foundation
import Instruments
import Logging
import Model
import Synchronization

@testable import Store

/// A clock that says what it is told.
final class TestClock: WallClock {
    private let time: Mutex<Int64>
    private let steadyTime = Mutex<Int64>(0)

    init(_ time: Int64) { self.time = Mutex(time) }

    func now() -> Int64 { time.withLock { $0 } }

    func steady() -> Int64 { steadyTime.withLock { $0 } }

    func advanceSteady(_ milliseconds: Int64) { steadyTime.withLock { $0 += milliseconds } }

    func advance(_ milliseconds: Int64) { time.withLock { $0 += milliseconds } }
}

/// A store in a folder of its own, which goes with it.
final class Scratch {
    let folder: String
    let clock: TestClock
    private(set) var instruments = Registry()
    private(set) var store: Store
    private let options: Store.Options
    private let isOwnFolder: Bool
    private let logger: Logger
    private let logFile: Int32?

    var path: String { folder + "/test.db" }

    init(
        in given: String? = nil, now: Int64 = 1_732_170_000_000, keepsLog: Bool = false,
        configure: (inout Store.Options) -> Void = { _ in }
    ) throws {
        isOwnFolder = given == nil
        folder = try given ?? makeFolder()
        clock = TestClock(now)
        var options = Store.Options()
        options.clock = clock
        configure(&options)
        self.options = options
        logFile = keepsLog ? open(folder + "/log", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600) : nil
        logger = logFile.map { Logger(level: .info, descriptor: $0) } ?? Logger(level: .error)
        store = try Store(path: folder + "/test.db", options: options, registry: instruments, logger: logger)
    }

    deinit {
        store.close()
        if let logFile { close(logFile) }
        if isOwnFolder, ProcessInfo.processInfo.environment["KEEP"] == nil { removeFolder(folder) }
    }

    /// Closes the store and opens it again; `meanwhile` runs between.
    func reopen(_ meanwhile: () throws -> Void = {}) throws {
        store.close()
        try meanwhile()
        instruments = Registry()
        store = try Store(path: path, options: options, registry: instruments, logger: logger)
    }

    /// What was logged, where the log is kept: line by line.
    var log: [String] {
        let text = FileManager.default.contents(atPath: folder + "/log") ?? Data()
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// What the stock shell answers, line by line.
    func shell(_ sql: String) throws -> [String] { try askShell(path, sql) }

    /// The value of one of the store's own metrics.
    func metric(_ name: String) -> Double? {
        for family in instruments.snapshots() {
            for sample in family.samples where sample.name == name { return sample.value }
        }
        return nil
    }
}

func makeFolder() throws -> String {
    let folder = NSTemporaryDirectory() + "vedette-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
}

func removeFolder(_ folder: String) {
    do { try FileManager.default.removeItem(atPath: folder) } catch { print("cannot remove \(folder): \(error)") }
}

/// What the stock shell answers about a file, line by line.
func askShell(_ path: String, _ sql: String, readonly: Bool = true) throws -> [String] {
    let output = try run("/usr/bin/sqlite3", (readonly ? ["-readonly"] : []) + [path, sql]).output
    return output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
}

/// Runs a program to its end.
@discardableResult
func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
}

/// A target whose scrapes are written by hand.
final class ScriptedTarget {
    let id: Int64
    let appender: TargetAppender
    let store: Store
    private(set) var arranged: [Labels] = []

    init(_ store: Store, name: String = "a:1") {
        self.store = store
        let batch = WriteBatch()
        id = store.begin(
            TargetDescription(
                job: "test", instance: name, url: "http://\(name)/metrics", labels: ["job": "test", "instance": name],
                discovered: ["__address__": name], intervalMilliseconds: 15_000, timeoutMilliseconds: 10_000), in: batch
        )
        store.write(batch)
        appender = store.appender(target: id)
    }

    /// Says that the target is gone.
    func end() {
        let batch = WriteBatch()
        store.end(target: id, in: batch)
        store.write(batch)
    }

    /// Writes one scrape: series and the texts of their values. Returns where the series live.
    @discardableResult
    func scrape(at timestamp: Int64, _ values: [(Labels, String)]) throws -> [TargetAppender.Column] {
        let batch = WriteBatch()
        var columns: [TargetAppender.Column] = []
        if arranged != values.map(\.0) {
            arranged = values.map(\.0)
            do {
                columns = try arranged.map { try appender.column(for: $0, in: batch) }
            } catch {
                arranged = []
                store.write(batch)
                throw error
            }
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
        return columns
    }

    /// Writes samples with times of their own.
    func append(_ samples: [(Labels, Int64, Double)]) throws {
        let batch = WriteBatch()
        for (labels, time, value) in samples {
            appender.append(try appender.column(for: labels, in: batch), at: time, value, to: batch)
        }
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

    /// What the view `samples` says to a connection of our own, series by series, without stale markers.
    func view(_ condition: String = "1") throws -> [Labels: [Int64: UInt64]] {
        var found: [Labels: [Int64: UInt64]] = [:]
        try readers.read { connection in
            try connection.rows("SELECT metric, labels, ts, value, series_id FROM samples WHERE \(condition)") { row in
                let labels = storedLabels(metric: row.text(0), json: row.text(1))
                let bits = row.isNull(3) ? notANumber : row.real(3).bitPattern
                if found[labels, default: [:]].updateValue(bits, forKey: row.integer(2)) != nil {
                    throw UserError("series \(row.integer(4)) \(row.text(1)) has two samples at \(row.integer(2))")
                }
            }
        }
        return found
    }
}

/// The version of the schema that a new file has.
let newestVersion = Migration.all().last?.version ?? 0

/// The bits by which every NaN but the stale marker is compared.
let notANumber = Double.nan.bitPattern

/// Numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_f491_4f6c_dd1d
    }
}
