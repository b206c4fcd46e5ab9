import Model

/// When a group is evaluated: at multiples of its interval, moved by an offset that is the group's own, so that not all of them come
/// together.
struct GroupSchedule: Sendable, Hashable {
    let interval: Int64
    let offset: Int64

    init(name: String, interval: Int64) {
        self.interval = max(1, interval)
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        // Whole seconds, where the interval has some, look better in the history.
        let grain: Int64 = self.interval % 1000 == 0 ? 1000 : 1
        offset = Int64(hash % UInt64(self.interval / grain)) * grain
    }

    /// The latest time at which it was due, `now` among them.
    func last(at now: Int64) -> Int64 {
        floorDivide(now.after(-offset), by: interval) * interval + offset
    }

    /// The next time behind `now`.
    func next(after now: Int64) -> Int64 { last(at: now).after(interval) }
}
