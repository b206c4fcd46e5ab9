/// What is to be done when, the earliest first.
struct DueQueue<Item> {
    private var heap: [(due: Int64, item: Item)] = []

    /// When the next thing is due; nil when there is none.
    var nextDue: Int64? { heap.first?.due }

    /// Adds something.
    mutating func add(_ item: Item, due: Int64) {
        heap.append((due, item))
        var at = heap.count - 1
        while at > 0, heap[at].due < heap[(at - 1) / 2].due {
            heap.swapAt(at, (at - 1) / 2)
            at = (at - 1) / 2
        }
    }

    /// The first thing that is due by now, taken out.
    mutating func take(dueBy now: Int64) -> (due: Int64, item: Item)? {
        guard let first = heap.first, first.due <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var at = 0
        while 2 * at + 1 < heap.count {
            let left = 2 * at + 1
            let right = left + 1
            let child = right < heap.count && heap[right].due < heap[left].due ? right : left
            if heap[at].due <= heap[child].due { break }
            heap.swapAt(at, child)
            at = child
        }
        return first
    }

    /// Takes out what nobody waits for any more.
    mutating func remove(where isUnwanted: (Item) -> Bool) {
        let kept = heap.filter { !isUnwanted($0.item) }
        heap = []
        for entry in kept { add(entry.item, due: entry.due) }
    }

    /// Takes everything out.
    mutating func removeAll() -> [Item] {
        let items = heap.map(\.item)
        heap = []
        return items
    }
}
