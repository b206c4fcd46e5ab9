import Model

/// When a target is scraped: once an interval, at an offset of its own, the same after every restart. Offsets are whole
/// slots, so that the targets of a slot are scraped with one wake-up.
struct ScrapeSchedule: Sendable, Hashable {
    /// The length of a slot.
    static let slotMilliseconds: Int64 = 200

    let interval: Int64
    let offset: Int64

    init(interval: Int64, hash: UInt64) {
        self.interval = max(1, interval)
        let place = Int64(hash % UInt64(self.interval))
        offset =
            self.interval >= 2 * Self.slotMilliseconds ? place / Self.slotMilliseconds * Self.slotMilliseconds : place
    }

    /// The first time after `now`.
    func next(after now: Int64) -> Int64 {
        let turns = floorDivide(now - offset, by: interval) + 1
        return turns * interval + offset
    }

    /// The time under which a scrape is stored that was due at one time and began at another. A delay within the slot or a
    /// hundredth of the interval is none: evenly spaced times are what makes samples small.
    func timestamp(due: Int64, began: Int64) -> Int64 {
        began - due <= max(Self.slotMilliseconds, interval / 100) ? due : began
    }
}
