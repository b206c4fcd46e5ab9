import Model
import Testing

@testable import Collectors

@Suite struct ScrapeScheduleTests {
    @Test(arguments: [1, 50, 199, 200, 399, 400, 401, 1000, 1500, 15_000, 60_000, 86_400_000, 86_399_999] as [Int64])
    func onceAnInterval(interval: Int64) {
        for hash in [0, 1, 199, 12_345_678_901, .max] as [UInt64] {
            let schedule = ScrapeSchedule(interval: interval, hash: hash)
            #expect((0..<interval).contains(schedule.offset))
            var now = dawn + 7
            for turn in 0..<5 {
                let next = schedule.next(after: now)
                #expect(next > now && next <= now + interval)
                #expect((next - schedule.offset) % interval == 0)
                if turn > 0 { #expect(next - now == interval) }
                // Whoever asks at any time in between is told the same.
                #expect(schedule.next(after: next - 1) == next)
                now = next
            }
            // The same after a restart, whenever that is.
            #expect(ScrapeSchedule(interval: interval, hash: hash).next(after: now) == now + interval)
        }
    }

    /// Intervals, the slots they are cut into, and how many of those there are.
    static let slots: [(interval: Int64, slot: Int64, count: Int)] = [
        (1000, 200, 5), (2000, 400, 5), (5000, 1000, 5), (15_000, 1000, 15), (60_000, 1000, 60),
    ]

    @Test(arguments: slots) func offsetsAreWholeSlotsAndSpread(interval: Int64, slot: Int64, count: Int) {
        let offsets = (0..<3000).map { ScrapeSchedule(interval: interval, hash: $0 &* 0x9e37_79b9_7f4a_7c15).offset }
        #expect(offsets.allSatisfy { $0 % slot == 0 })
        let places = Dictionary(grouping: offsets) { $0 }
        #expect(places.count == count)
        #expect(places.values.allSatisfy { $0.count < 2 * 3000 / count })
    }

    @Test(arguments: [(0, 1), (-5, 1)] as [(Int64, Int64)])
    func nonsenseIsNoTrap(interval: Int64, taken: Int64) {
        #expect(ScrapeSchedule(interval: interval, hash: 3).interval == taken)
    }

    @Test func beforeTheEpoch() {
        let schedule = ScrapeSchedule(interval: 1000, hash: 400)
        #expect(schedule.next(after: -1) == 400)
        #expect(schedule.next(after: -601) == -600)
        #expect(schedule.next(after: -600) == 400)
    }

    @Test(
        arguments: [
            (15_000, 0, 0), (15_000, 200, 0), (15_000, 201, 201), (60_000, 600, 0), (60_000, 601, 601), (1000, 150, 0),
            (15_000, -3_600_000, 0),
        ] as [(Int64, Int64, Int64)])
    func smallDelaysAreNone(interval: Int64, delay: Int64, stored: Int64) {
        let schedule = ScrapeSchedule(interval: interval, hash: 0)
        #expect(schedule.timestamp(due: dawn, began: dawn + delay) == dawn + stored)
    }
}

@Suite struct DueQueueTests {
    @Test func theEarliestComesFirst() {
        var random = SystemRandomNumberGenerator()
        var queue = DueQueue<Int>()
        var expected: [Int64] = []
        for item in 0..<500 {
            let due = Int64.random(in: 0..<100, using: &random)
            expected.append(due)
            queue.add(item, due: due)
            #expect(queue.nextDue == expected.min())
        }
        var taken: [Int64] = []
        while let (due, _) = queue.take(dueBy: 49) { taken.append(due) }
        #expect(taken == expected.filter { $0 < 50 }.sorted())
        #expect(queue.nextDue == expected.filter { $0 >= 50 }.min())
        queue.remove { $0 % 2 == 0 }
        taken = []
        while let (due, item) = queue.take(dueBy: .max) {
            #expect(item % 2 == 1)
            #expect(expected[item] == due)
            taken.append(due)
        }
        #expect(taken == taken.sorted())
        #expect(queue.nextDue == nil)
    }

    @Test func whatIsTakenOutIsAllThereWas() {
        var queue = DueQueue<Int>()
        #expect(queue.take(dueBy: .max) == nil)
        for item in 0..<10 { queue.add(item, due: Int64(-item)) }
        #expect(queue.removeAll().sorted() == Array(0..<10))
        #expect(queue.nextDue == nil)
        #expect(queue.removeAll().isEmpty)
    }
}
