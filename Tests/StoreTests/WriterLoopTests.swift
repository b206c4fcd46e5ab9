import CSQLite
import Instruments
import Logging
import Model
import Synchronization
import Testing
import Threads

@testable import Store

/// What the writer's thread does with what waits.
@Suite struct WriterLoopTests {
    /// What a loop told, in the order in which it did.
    private final class Told: Sendable {
        struct Lists {
            /// The rows that somebody else could see after each commit.
            var committed: [Int64] = []
            var dropped: [Int64] = []
            /// How many batches waited.
            var waiting: [Int] = []
        }

        private let lists = Mutex(Lists())
        var all: Lists { lists.withLock { $0 } }
        func note(_ body: (inout Lists) -> Void) { lists.withLock { body(&$0) } }
    }

    private func loop(_ path: String, _ told: Told, waitingLimit: Int = 64 << 20) throws -> WriterLoop {
        let connection = try openForWriting(path, now: 0)
        // Somebody who holds the lock is noticed at once.
        sqlite3_busy_timeout(connection.handle, 0)
        let listeners = WriterLoop.Listeners(
            committed: { _, _ in
                let rows = Result {
                    try Connection(path: path, mode: .readOnly).integer("SELECT count(*) FROM head") ?? 0
                }
                told.note { lists in if case .success(let count) = rows { lists.committed.append(count) } }
            },
            dropped: { scrapes in told.note { $0.dropped += scrapes.map(\.timestamp) } },
            damaged: { _ in })
        return WriterLoop(
            connection: connection, heads: try HeadWriter(connection, closed: ClosedTimes()),
            logger: Logger(level: .error, descriptor: -1), waitingLimit: waitingLimit,
            reserve: Reserve(path: path + "-reserve"), instruments: StoreInstruments(Registry()), listeners: listeners)
    }

    /// A batch with one row, which counts as so many bytes.
    private func batch(_ number: Int, bytes: Int) -> WriteBatch {
        let batch = WriteBatch()
        batch.bytes = Array("[1]".utf8) + Array(repeating: 0, count: bytes)
        batch.rows = [.init(id: headRow(Int64(number), 1), start: 0, length: 3)]
        batch.scrapes = [.init(target: 1, timestamp: Int64(number), rows: 0..<1, samples: 1)]
        batch.sampleCount = 1
        return batch
    }

    /// After a full disk there may be little room: what waited is not written in one transaction.
    @Test func whatWaitedIsWrittenInSlices() throws {
        let folder = try makeFolder()
        defer { removeFolder(folder) }
        let told = Told()
        let mailbox = Mailbox<Writer.Job>()
        for number in 1...5 { mailbox.post(.batch(batch(number, bytes: 3 << 20))) }
        mailbox.close()
        try loop(folder + "/test.db", told).run(mailbox) { _ in }
        #expect(told.all.committed == [2, 4, 5])
        #expect(try askShell(folder + "/test.db", "SELECT count(*) FROM head") == ["5"])
    }

    /// Samples that are given up leave one batch behind, however many they were, with all that later ones rely on.
    @Test func leftoversOfDroppedBatchesAreOne() throws {
        let folder = try makeFolder()
        defer { removeFolder(folder) }
        let path = folder + "/test.db"
        let told = Told()
        let loop = try loop(path, told, waitingLimit: 350_000)
        let lock = Mutex<Connection?>(try Connection(path: path, mode: .readWrite))
        try lock.withLock { try $0?.execute("BEGIN IMMEDIATE") }

        let mailbox = Mailbox<Writer.Job>()
        for number in 1...8 {
            let batch = batch(number, bytes: 100_000)
            batch.definitions = [.metric(id: Int64(number), name: "m\(number)")]
            if number == 1 {
                let target = TargetDescription(
                    job: "j", instance: "i", url: "u", labels: .none, discovered: .none, intervalMilliseconds: 1,
                    timeoutMilliseconds: 1)
                batch.definitions.append(.target(id: 1, target))
            }
            batch.note(
                ScrapeOutcome(timestamp: Int64(number), up: true, durationSeconds: 0, samples: 1, error: ""), target: 1)
            batch.add([FamilyMetadata(family: "f", type: "", help: "of \(number)", unit: "")])
            mailbox.post(.batch(batch))
            // Each of them is tried, and fails.
            mailbox.post(.work(frees: false) { _ in })
        }
        mailbox.post(.work(frees: false) { _ in lock.withLock { $0 = nil } })
        mailbox.close()
        loop.run(mailbox) { condition in told.note { $0.waiting.append(condition.waiting.count) } }

        // Three have room; the others are one, with nothing to be counted twice.
        #expect(told.all.waiting.max() == 4, "\(told.all.waiting)")
        #expect(told.all.dropped == [1, 2, 3, 4, 5])
        #expect(try askShell(path, "SELECT row_id >> 22 FROM head ORDER BY 1") == ["6", "7", "8"])
        #expect(try askShell(path, "SELECT name FROM metrics ORDER BY 1") == (1...8).map { "m\($0)" })
        #expect(try askShell(path, "SELECT help FROM metadata") == ["of 8"])
        #expect(try askShell(path, "SELECT last_scrape FROM targets") == ["8"])
    }
}
