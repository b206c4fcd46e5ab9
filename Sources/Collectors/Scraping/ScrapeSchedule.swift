import Model

/// When a target is scraped: once an interval, at an offset of its own, the same after every restart. Offsets are whole
/// slots, so that the targets of a slot are scraped with one wake-up.
struct ScrapeSchedule: Sendable, Hashable {
    /// The shortest slot, and how late a scrape may begin without being late.
    static let shortestSlot: Int64 = 200
    /// The longest: what is scraped in one slot is committed in one transaction, once a second at least.
    static let longestSlot: Int64 = 1000

    let interval: Int64
    let offset: Int64

    init(interval: Int64, hash: UInt64) {
        self.interval = max(1, interval)
        let place = Int64(hash % UInt64(self.interval))
        // A fifth of the interval: few wake-ups where targets are few, and still spread where they are many.
        let slot = min(Self.longestSlot, max(Self.shortestSlot, self.interval / 5 / 100 * 100))
        offset = self.interval >= 2 * slot ? place / slot * slot : place
    }

    /// The first time after `now`.
    func next(after now: Int64) -> Int64 {
        let turns = floorDivide(now - offset, by: interval) + 1
        return turns * interval + offset
    }

    /// A time within half a second, so that many that come together are not asked at once.
    static func soon(after now: Int64, hash: UInt64) -> Int64 { now + Int64(hash % 500) }

    /// The time under which a scrape is stored that was due at one time and began at another. A delay within the slot or a
    /// hundredth of the interval is none: evenly spaced times are what makes samples small.
    func timestamp(due: Int64, began: Int64) -> Int64 {
        began - due <= max(Self.shortestSlot, interval / 100) ? due : began
    }
}
