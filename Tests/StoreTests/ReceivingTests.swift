import Foundation
import Model
import Synchronization
import Testing

@testable import Store

/// Samples that others collected: in parts, again, late, and while their rows are closed.
@Suite struct ReceivingTests {
    private func labels(_ n: Int, instance: String = "a:1", metric: String = "m") -> Labels {
        ["__name__": metric, "instance": instance, "job": "j", "n": "\(n)"]
    }

    /// Everything in the file, as both ways of reading see it.
    private func everything(_ scratch: Scratch) throws -> [Labels: [Int64: Double]] {
        var found: [Labels: [Int64: Double]] = [:]
        for (labels, samples) in try scratch.store.read([]) {
            for sample in samples where !isStale(sample.value) {
                #expect(found[labels, default: [:]].updateValue(sample.value, forKey: sample.timestamp) == nil)
            }
        }
        let view = try scratch.store.view()
        #expect(view == found.mapValues { $0.mapValues(\.bitPattern) })
        return found
    }

    @Test func partsOfARowAreOneRow() async throws {
        let scratch = try Scratch { $0.closesByItself = false }
        let receiver = scratch.store.receiver()
        let time = scratch.clock.now()
        for part in [0..<50, 100..<120, 50..<100, 120..<300] {
            let receipt = try await receiver.receive(part.map { (labels($0), time, Double($0) / 4) })
            #expect(receipt.samples == part.count)
        }
        #expect(try scratch.shell("SELECT count(*) FROM head") == ["3"])
        #expect(try scratch.shell("SELECT count(*) FROM scrapes") == ["1"])
        #expect(try scratch.shell("SELECT count(*) FROM loose") == ["0"])
        let found = try everything(scratch)
        #expect(found.count == 300)
        for n in 0..<300 { #expect(found[labels(n)] == [time: Double(n) / 4]) }
        #expect(scratch.store.closeHead())
        #expect(try everything(scratch) == found)
    }

    @Test func senderIsNoTarget() async throws {
        let scratch = try Scratch()
        let receiver = scratch.store.receiver()
        _ = try await receiver.receive([(labels(0), scratch.clock.now(), 1)])
        #expect(try scratch.store.targetStatuses().isEmpty)
        #expect(try scratch.shell("SELECT count(*) FROM scrape_targets") == ["0"])
        #expect(try scratch.shell("SELECT job, instance, state FROM targets") == ["remote_write|a:1|gone"])
    }

    @Test func theFirstOfTwoCounts() async throws {
        let scratch = try Scratch { $0.closesByItself = false }
        let receiver = scratch.store.receiver()
        let time = scratch.clock.now()
        // In one request, in the next one, and when it is closed.
        _ = try await receiver.receive([(labels(0), time, 1), (labels(1), time, 2), (labels(0), time, 3)])
        _ = try await receiver.receive([(labels(0), time, 4), (labels(2), time, 5)])
        #expect(scratch.store.closeHead())
        _ = try await receiver.receive([(labels(1), time, 6), (labels(3), time, 7)])
        let expected = [
            labels(0): [time: 1.0], labels(1): [time: 2.0], labels(2): [time: 5.0], labels(3): [time: 7.0],
        ]
        #expect(try everything(scratch) == expected)
        #expect(scratch.metric("vedette_store_samples_dropped_total") == 3)
        #expect(scratch.store.closeHead())
        #expect(try everything(scratch) == expected)
    }

    @Test func lateSamplesComeToTheirPlace() async throws {
        let scratch = try Scratch { $0.closesByItself = false }
        let receiver = scratch.store.receiver()
        let time = scratch.clock.now()
        for step in [5, 3, 9, 1] as [Int64] {
            _ = try await receiver.receive((0..<10).map { (labels($0), time + step * 1000, Double(step)) })
            #expect(scratch.store.closeHead())
        }
        for (_, samples) in try everything(scratch) {
            #expect(samples == Dictionary(uniqueKeysWithValues: [1, 3, 5, 9].map { (time + $0 * 1000, Double($0)) }))
        }
    }

    @Test func timesOutOfRangeAreCounted() async throws {
        let scratch = try Scratch()
        let receiver = scratch.store.receiver()
        let now = scratch.clock.now()
        let receipt = try await receiver.receive([
            (labels(0), -1, 1), (labels(0), .max, 1), (labels(0), .min, 1), (labels(0), now + 600_001, 1),
            (labels(0), now + 600_000, 1), (labels(0), 0, 1),
        ])
        #expect(receipt.samples == 2 && receipt.future == 1 && receipt.outOfRange == 3)
        #expect(try everything(scratch) == [labels(0): [0: 1, now + 600_000: 1]])
    }

    @Test func requestsThatFailLeaveNothing() async throws {
        let scratch = try Scratch()
        let receiver = scratch.store.receiver()
        let time = scratch.clock.now()
        await #expect(throws: UserError.self) {
            try await receiver.receive { intake in
                try intake.add(labels(0), time, 1)
                throw UserError("cannot go on")
            }
        }
        // What was found out about the series is of use to the next request.
        _ = try await receiver.receive([(labels(0), time + 1, 2)])
        #expect(try everything(scratch) == [labels(0): [time + 1: 2]])
    }

    @Test func aSeriesOfATargetIsWrittenBesideIt() async throws {
        let scratch = try Scratch { $0.closesByItself = false }
        let receiver = scratch.store.receiver()
        let time = scratch.clock.now()
        let target = ScriptedTarget(scratch.store)
        try target.scrape(at: time, [(labels(0), "1"), (labels(1), "2")])
        _ = try await receiver.receive([(labels(0), time, 9), (labels(0), time + 5, 3), (labels(2), time + 5, 4)])
        try target.scrape(at: time + 5, [(labels(0), "5"), (labels(1), "6")])
        try await scratch.store.flush()
        let found = try everything(scratch)
        #expect(found[labels(2)] == [time + 5: 4])
        #expect(found[labels(0)]?[time] == 1)
        #expect(found[labels(0)]?.count == 2)
    }

    /// What a request is answered must not hang on a batch that somebody else has not handed over yet.
    @Test func anAcceptedSeriesIsWholeInTheFile() async throws {
        let scratch = try Scratch()
        let receiver = scratch.store.receiver()
        let time = scratch.clock.now()
        let target = ScriptedTarget(scratch.store)
        let unsent = WriteBatch()
        _ = try target.appender.column(for: labels(0), in: unsent)
        _ = try await receiver.receive([(labels(0), time, 1), (labels(1), time, 2)])
        #expect(
            try scratch.shell("SELECT metric, labels ->> 'n', value FROM samples ORDER BY 2") == ["m|0|1.0", "m|1|2.0"])
    }

    /// A thousand series of one job and instance, each with its own times: a row for each would be nearly empty.
    @Test func scatteredSamplesGoByThemselves() async throws {
        let scratch = try Scratch { $0.closesByItself = false }
        let receiver = scratch.store.receiver()
        let time = scratch.clock.now() - 60_000
        for round in 0..<3 as Range<Int64> {
            _ = try await receiver.receive((0..<1000).map { (labels($0), time + round * 10_000 + Int64($0), 1) })
        }
        let rows = Int(try scratch.shell("SELECT count(*) FROM scrapes")[0]) ?? 0
        #expect(rows == 64)
        #expect(try scratch.shell("SELECT count(*) FROM loose") == ["\(3000 - rows)"])
        #expect(try everything(scratch).values.allSatisfy { $0.count == 3 })
    }

    @Test func afterAStartTheSeriesAreTheSame() async throws {
        let scratch = try Scratch { $0.closesByItself = false }
        let time = scratch.clock.now()
        _ = try await scratch.store.receiver().receive((0..<200).map { (labels($0), time, 1) })
        let before = try scratch.shell("SELECT series_id, labels FROM series ORDER BY 1")
        try scratch.reopen()
        _ = try await scratch.store.receiver().receive((0..<200).map { (labels($0), time + 1000, 2) })
        #expect(try scratch.shell("SELECT series_id, labels FROM series ORDER BY 1") == before)
        #expect(try scratch.shell("SELECT count(*) FROM targets") == ["1"])
        #expect(try scratch.shell("SELECT count(*) FROM loose") == ["0"])
        #expect(try everything(scratch).values.allSatisfy { $0 == [time: 1, time + 1000: 2] })
    }

    @Test func whatDoesNotComeIsForgotten() async throws {
        let scratch = try Scratch { $0.closesByItself = false }
        let receiver = scratch.store.receiver()
        _ = try await receiver.receive([(labels(0), scratch.clock.now(), 1), (labels(0, instance: "b:2"), 5, 1)])
        for round in 1...3 {
            scratch.clock.advanceSteady(600_000)
            receiver.forgetIdle()
            _ = try await receiver.receive([(labels(0), scratch.clock.now() + Int64(round), 1)])
            #expect(receiver.seriesCount == (round < 3 ? 2 : 1))
        }
        // What the head has of a sender that is gone will be closed.
        #expect(scratch.store.heads.due(now: scratch.clock.now()).count == 1)
        _ = try await receiver.receive([(labels(0, instance: "b:2"), 7, 1)])
        #expect(try everything(scratch)[labels(0, instance: "b:2")] == [5: 1, 7: 1])
    }

    @Test func aRefusalIsToldAtOnce() async throws {
        let scratch = try Scratch { $0.closesByItself = false }
        let receiver = scratch.store.receiver()
        let time = scratch.clock.now()
        _ = try await receiver.receive([(labels(0), time, 1)])
        let other = try Connection(path: scratch.path, mode: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        await #expect(throws: StoreRefusal.self) { try await receiver.receive([(labels(0), time + 1, 2)]) }
        #expect(scratch.store.trouble != nil)
        try other.execute("COMMIT")
        // Who was refused sends it again; what waited in memory is there too, and it is there once.
        while scratch.store.trouble != nil { try? await scratch.store.flush() }
        _ = try await receiver.receive([(labels(0), time + 1, 2), (labels(0), time + 2, 3)])
        #expect(try everything(scratch) == [labels(0): [time: 1, time + 1: 2, time + 2: 3]])
    }

    // MARK: Closing meanwhile

    @Test func aPartThatGrowsWhileItIsReadIsNotClosed() async throws {
        let scratch = try Scratch { $0.closesByItself = false }
        let heads = scratch.store.heads
        let receiver = scratch.store.receiver()
        let time = scratch.clock.now()
        _ = try await receiver.receive([(labels(0), time, 1), (labels(1), time + 1, 1)])
        let target = try #require(heads.all().first)
        _ = heads.beginClosing(target, limit: 240)
        #expect(!heads.hasGrown(target, [time, time + 1]))
        _ = try await receiver.receive([(labels(2), time, 1), (labels(2), time + 2, 1)])
        #expect(heads.hasGrown(target, [time, time + 1]))
        #expect(!heads.hasGrown(target, [time + 1, time + 2]))
        _ = heads.beginClosing(target, limit: 240)
        #expect(!heads.hasGrown(target, [time, time + 1, time + 2]))
    }

    @Test func theNewestRowsAreLeftOpen() async throws {
        let scratch = try Scratch { $0.closesByItself = false }
        let receiver = scratch.store.receiver()
        let time = scratch.clock.now()
        for row in 0..<20 as Range<Int64> { _ = try await receiver.receive([(labels(0), time + row, 1)]) }
        let target = try #require(scratch.store.heads.all().first)
        #expect(scratch.store.heads.beginClosing(target, limit: 240) == 16)
        #expect(scratch.store.heads.beginClosing(target, limit: 10) == 10)
        #expect(scratch.store.closeHead())
        #expect(scratch.store.heads.count(of: target) == 0)
    }

    @Test(.timeLimit(.minutes(2))) func nothingIsLostToClosing() async throws {
        let scratch = try Scratch { $0.rowsPerPart = 3 }
        let store = scratch.store
        let receiver = store.receiver()
        let time = scratch.clock.now() - 600_000
        let isOver = Atomic(false)
        let closing = Thread { while !isOver.load(ordering: .relaxed) { store.closeHead() } }
        closing.start()
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Four connections, each with its quarter of every row.
            for shard in 0..<4 {
                group.addTask {
                    for row in 0..<150 as Range<Int64> {
                        _ = try await receiver.receive(
                            (0..<40).map { (self.labels($0 * 4 + shard), time + row * 1000, Double(row)) })
                    }
                }
            }
            try await group.waitForAll()
        }
        isOver.store(true, ordering: .relaxed)
        let expected = Dictionary(uniqueKeysWithValues: (0..<150).map { (time + Int64($0) * 1000, Double($0)) })
        let found = try everything(scratch)
        #expect(found.count == 160)
        #expect(found.values.allSatisfy { $0 == expected })
    }
}

extension SampleReceiver {
    func receive(_ samples: [(Labels, Int64, Double)]) async throws -> Receipt {
        try await receive { intake in
            for (labels, time, value) in samples { try intake.add(labels, time, value) }
        }
    }
}

extension SampleReceiver.Intake {
    mutating func add(_ labels: Labels, _ time: Int64, _ value: Double) throws {
        guard accepts(Sample(time, value)) else { return }
        let place = try Array(labels.description.utf8).withUnsafeBytes { try series($0) { labels } }
        add(Sample(time, value), to: place)
    }
}
