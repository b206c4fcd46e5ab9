/// Leads from hashes to entries of a table, eight bytes an entry. What has the same hash comes one after the other: whoever
/// looks compares the entries themselves.
struct HashIndex {
    /// Open addressing: the upper half of the hash and the entry + 1; 0 where free. The size is a power of two.
    private var slots: [UInt64] = Array(repeating: 0, count: 64)
    private var count = 0

    /// The first entry of this hash that `isWanted` accepts.
    func find(_ hash: UInt64, where isWanted: (UInt32) -> Bool) -> UInt32? {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            if slots[slot] >> 32 == hash >> 32 {
                let entry = UInt32(truncatingIfNeeded: slots[slot]) - 1
                if isWanted(entry) { return entry }
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Adds an entry; `hashOf` tells the hash of an entry that is there already.
    mutating func add(_ hash: UInt64, _ entry: UInt32, hashOf: (UInt32) -> UInt64) {
        if 5 * (count + 1) > 4 * slots.count {
            let before = slots
            slots = Array(repeating: 0, count: 2 * before.count)
            for value in before where value != 0 {
                let entry = UInt32(truncatingIfNeeded: value) - 1
                put(hashOf(entry), entry)
            }
        }
        put(hash, entry)
        count += 1
    }

    private mutating func put(_ hash: UInt64, _ entry: UInt32) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = hash & 0xffff_ffff_0000_0000 | UInt64(entry + 1)
    }
}
