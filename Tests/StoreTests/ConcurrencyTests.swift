import Foundation
import Model
import Synchronization
import Testing

@testable import Store

/// Something that happens once.
final class Flag: Sendable {
    private let state = Atomic(false)
    var isSet: Bool { state.load(ordering: .acquiring) }
    func set() { state.store(true, ordering: .releasing) }
}

private final class Count: Sendable {
    private let state = Atomic<Int>(0)
    var value: Int { state.load(ordering: .acquiring) }
    func set(_ value: Int) { state.store(value, ordering: .releasing) }
    func add(_ value: Int) { state.add(value, ordering: .relaxed) }
}

private final class Numbers: Sendable {
    private let found = Mutex<[Int: Set<Int64>]>([:])
    func add(_ number: Int64, of index: Int) { found.withLock { _ = $0[index, default: []].insert(number) } }
    var areUnique: Bool { found.withLock { $0.values.allSatisfy { $0.count == 1 } } }
}

@Suite struct ConcurrencyTests {
    /// Readers that go on while the closer moves samples into chunks see each sample that was committed, once.
    @Test func readersNeverLoseASampleNorSeeItTwice() async throws {
        let scratch = try Scratch { $0.rowsPerPart = 8 }
        let store = scratch.store
        let start = scratch.clock.now()
        let committed = Count()
        let isDone = Flag()
        let reads = Count()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    while !isDone.isSet {
                        let promised = committed.value
                        for (labels, samples) in try store.read([.metric("m")]) {
                            // The value is the row: every row up to some newest one, each once, in order.
                            let values = samples.map { Int($0.value) }
                            let isWhole = values == Array(0..<values.count) && values.count >= promised
                            #expect(isWhole, "\(labels): \(values.count) of at least \(promised)")
                            if !isWhole { return }
                        }
                        reads.add(1)
                        await Task.yield()
                    }
                }
            }
            group.addTask {
                defer { isDone.set() }
                let targets = (0..<3).map { ScriptedTarget(store, name: "\($0):1") }
                for row in 0..<400 {
                    for target in targets {
                        let labels = (0..<150).map { index -> (Labels, String) in
                            (["__name__": "m", "i": "\(index)", "instance": "\(target.id)"], "\(row)")
                        }
                        try target.scrape(at: start + Int64(row) * 1000, labels)
                    }
                    if row % 3 == 0 {
                        try await store.flush()
                        committed.set(row + 1)
                    }
                    if row % 100 == 50 { #expect(store.closeHead()) }
                }
            }
            try await group.waitForAll()
        }
        #expect(reads.value > 5)
        #expect(try scratch.shell("SELECT count(*) FROM chunks") != ["0"])
    }

    /// Many threads ask for the same new series: each gets one number.
    @Test func aSeriesHasOneNumber() async throws {
        let scratch = try Scratch()
        let store = scratch.store
        let numbers = Numbers()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    let target = ScriptedTarget(store, name: "\(worker):1")
                    let batch = WriteBatch()
                    for index in 0..<500 {
                        let column = try target.appender.column(
                            for: ["__name__": "shared", "i": "\(index)"], in: batch)
                        numbers.add(column.series, of: index)
                    }
                    store.write(batch)
                }
            }
            try await group.waitForAll()
        }
        try await store.flush()
        #expect(numbers.areUnique)
        #expect(try scratch.shell("SELECT count(*) FROM series") == ["500"])
    }
}
