import Actions
import Store
import Testing

@testable import Rules

@Suite("The queue of the outbox")
struct OutboxQueueTests {
    private func job(
        _ id: Int64, _ name: String = "a", series: String? = nil, due: Int64 = 0
    ) -> OutboxQueue.Job {
        var action = StoredAction(id: id)
        action.action = name
        action.rule = "r"
        action.series = series ?? "\(id)"
        return .init(action: action, due: due)
    }

    private func ids(_ jobs: [OutboxQueue.Job]) -> [Int64] { jobs.map(\.action.id).sorted() }

    @Test("starts so many of an action at a time, the earliest first, and delays no other action")
    func limits() {
        var queue = OutboxQueue()
        for id in 1...4 { queue.add(job(Int64(id), due: Int64(10 - id))) }
        queue.add(job(5, "b"))
        let limit = { (_: String) in 2 }
        #expect(ids(queue.take(at: 100, limit: limit)) == [3, 4, 5])
        #expect(queue.take(at: 100, limit: limit).isEmpty)
        queue.finishedAttempt(job(3))
        queue.remove(job(3).action)
        #expect(ids(queue.take(at: 100, limit: limit)) == [2])
        #expect(queue.count == 4)
    }

    @Test("keeps what is about the same in order, also while the first waits for another attempt")
    func lines() {
        var queue = OutboxQueue()
        queue.add(job(1, series: "s"))
        queue.add(job(2, series: "s"))
        let limit = { (_: String) in 5 }
        let first = queue.take(at: 0, limit: limit)
        #expect(ids(first) == [1])
        queue.finishedAttempt(first[0])
        queue.add(job(1, series: "s", due: 50))
        #expect(queue.take(at: 10, limit: limit).isEmpty)
        #expect(queue.nextDue(limit: limit) == 50)
        let again = queue.take(at: 50, limit: limit)
        #expect(ids(again) == [1])
        queue.finishedAttempt(again[0])
        queue.remove(again[0].action)
        #expect(ids(queue.take(at: 50, limit: limit)) == [2])
    }

    @Test("knows when the next one is due")
    func nextDue() {
        var queue = OutboxQueue()
        let limit = { (_: String) in 1 }
        #expect(queue.nextDue(limit: limit) == nil)
        queue.add(job(1, due: 70))
        queue.add(job(2, "b", due: 60))
        #expect(queue.nextDue(limit: limit) == 60)
        #expect(queue.take(at: 59, limit: limit).isEmpty)
        #expect(ids(queue.take(at: 60, limit: limit)) == [2])
        // Of an action that runs as often as it may nothing is due.
        #expect(queue.nextDue(limit: limit) == 70)
    }

    @Test("gives up what is not wanted any more, if it waits")
    func removing() {
        var queue = OutboxQueue()
        for id in 1...3 { queue.add(job(Int64(id))) }
        _ = queue.take(at: 0) { _ in 1 }
        #expect(queue.removeWaiting { $0.id < 3 }.map(\.id) == [2])
        #expect(queue.count == 2)
    }

    @Test("waits twice as long after each attempt, up to a limit, and no less than it is asked to")
    func delays() {
        var settings = ActionSettings()
        settings.shortestPause = 1000
        settings.longestPause = 5000
        let most = (1...6).map { settings.delay(afterAttempt: $0, asked: nil, chance: 1) }
        #expect(most == [1000, 2000, 4000, 5000, 5000, 5000])
        #expect(settings.delay(afterAttempt: 2, asked: nil, chance: 0) == 1000)
        #expect(settings.delay(afterAttempt: 1, asked: 9000, chance: 0.5) == 9000)
        #expect(settings.delay(afterAttempt: .max, asked: nil, chance: .nan) > 0)
    }
}
