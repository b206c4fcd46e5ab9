import Store

/// Which slots of a group are in use. Those that are given back are used again, lowest first, so that the row of values stays short.
struct SlotNumbers {
    private var used: Set<Int> = []
    private var next = 0
    /// One more than the highest slot that was ever used.
    private(set) var highest = 0

    /// A free slot; nil when there is none.
    mutating func take() -> Int? {
        while used.contains(next) { next += 1 }
        guard next < JudgedInstance.slots else { return nil }
        reserve(next)
        return next
    }

    /// Takes a certain slot.
    mutating func reserve(_ slot: Int) {
        used.insert(slot)
        highest = max(highest, slot + 1)
    }

    /// Frees a slot.
    mutating func giveBack(_ slot: Int) {
        used.remove(slot)
        next = min(next, slot)
        while highest > 0, !used.contains(highest - 1) { highest -= 1 }
    }
}
