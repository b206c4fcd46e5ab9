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

    /// The same in other words, without a thought for cost.
    private struct Model {
        var waiting: [OutboxQueue.Job] = []
        var running: [OutboxQueue.Job] = []

        var open: [OutboxQueue.Job] { waiting + running }

        func canBeTried(_ job: OutboxQueue.Job) -> Bool {
            !open.contains {
                $0.action.action == job.action.action && $0.action.line == job.action.line
                    && $0.action.id < job.action.id
            }
        }

        func next(of name: String, limit: Int) -> OutboxQueue.Job? {
            if running.count(where: { $0.action.action == name }) >= limit { return nil }
            return waiting.filter { $0.action.action == name && canBeTried($0) }
                .min { ($0.due, $0.action.id) < ($1.due, $1.action.id) }
        }

        mutating func take(at now: Int64, limit: (String) -> Int) -> [Int64] {
            var taken: [Int64] = []
            for name in ["a", "b"] {
                while let job = next(of: name, limit: limit(name)), job.due <= now {
                    waiting.removeAll { $0.action.id == job.action.id }
                    running.append(job)
                    taken.append(job.action.id)
                }
            }
            return taken.sorted()
        }
    }

    @Test("is that of a simple model, whatever comes", arguments: 0..<30)
    func model(seed: Int) {
        var random = SeededGenerator(state: UInt64(seed))
        var queue = OutboxQueue()
        var model = Model()
        let limit = { (name: String) in name == "a" ? 2 : 3 }
        var numbers = Array(Int64(1)...150)
        for now in Int64(0)..<300 {
            for _ in 0..<(Int.random(in: 0...3, using: &random)) where !numbers.isEmpty {
                // Not always in the order of their numbers.
                let id = numbers.remove(at: Int.random(in: 0..<min(12, numbers.count), using: &random))
                let new = job(
                    id, Bool.random(using: &random) ? "a" : "b", series: "\(Int.random(in: 0...4, using: &random))",
                    due: now + Int64.random(in: -5...5, using: &random))
                queue.add(new)
                model.waiting.append(new)
            }
            #expect(ids(queue.take(at: now, limit: limit)) == model.take(at: now, limit: limit))
            for ended in model.running where Bool.random(using: &random) {
                model.running.removeAll { $0.action.id == ended.action.id }
                queue.finishedAttempt(ended)
                if Bool.random(using: &random) {
                    var again = ended
                    again.due = now + Int64.random(in: 0...5, using: &random)
                    queue.add(again)
                    model.waiting.append(again)
                } else {
                    queue.remove(ended.action)
                }
            }
            if Int.random(in: 0...9, using: &random) == 0 {
                let series = "\(Int.random(in: 0...4, using: &random))"
                let gone = queue.removeWaiting { $0.series == series }.map(\.id)
                #expect(gone == model.waiting.filter { $0.action.series == series }.map(\.action.id).sorted())
                model.waiting.removeAll { $0.action.series == series }
            }
            let due = ["a", "b"].compactMap { model.next(of: $0, limit: limit($0))?.due }.min()
            #expect(queue.nextDue(limit: limit) == due)
            #expect(queue.count == model.open.count)
        }
    }

    /// What each costs must not grow with how many there are: it was minutes once.
    @Test("is quick, however many are due at once", .timeLimit(.minutes(1)), arguments: [true, false])
    func crowd(isOneSeries: Bool) {
        var queue = OutboxQueue()
        let crowd = Int64(20_000)
        for id in 1...crowd { queue.add(job(id, series: isOneSeries ? "s" : nil)) }
        var seen: [Int64] = []
        while queue.count > crowd / 2 {
            for job in queue.take(at: 0, limit: { _ in 8 }) {
                seen.append(job.action.id)
                queue.finishedAttempt(job)
                queue.remove(job.action)
            }
        }
        let isInOrder = seen.elementsEqual(1...crowd / 2)
        #expect(isInOrder)
        #expect(queue.removeWaiting { _ in true }.count == Int(crowd / 2))
        #expect(queue.count == 0 && queue.nextDue { _ in 8 } == nil)
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
