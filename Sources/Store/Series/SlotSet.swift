/// Some of the 128 slots of a block.
struct SlotSet: Equatable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    /// No slot.
    init() {}

    /// All slots.
    static let all: SlotSet = {
        var set = SlotSet()
        set.low = .max
        set.high = .max
        return set
    }()

    var isEmpty: Bool { low | high == 0 }

    func contains(_ slot: Int) -> Bool {
        (slot < 64 ? low >> UInt64(slot) : high >> UInt64(slot - 64)) & 1 == 1
    }

    mutating func insert(_ slot: Int) {
        if slot < 64 { low |= 1 << UInt64(slot) } else { high |= 1 << UInt64(slot - 64) }
    }

    mutating func formUnion(_ other: SlotSet) {
        low |= other.low
        high |= other.high
    }

    func union(_ other: SlotSet) -> SlotSet {
        var set = self
        set.formUnion(other)
        return set
    }

    func intersection(_ other: SlotSet) -> SlotSet {
        var set = self
        set.low &= other.low
        set.high &= other.high
        return set
    }

    func subtracting(_ other: SlotSet) -> SlotSet {
        var set = self
        set.low &= ~other.low
        set.high &= ~other.high
        return set
    }

    /// The slots, ascending.
    var slots: [Int] { isEmpty ? [] : (0..<slotsPerBlock).filter(contains) }
}
