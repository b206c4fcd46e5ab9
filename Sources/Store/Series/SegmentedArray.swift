/// An array that grows without moving: there are as many of these numbers as there are series, and doubling would hold up to
/// twice the room, three times while it copies.
struct SegmentedArray<Element: BitwiseCopyable> {
    private static var segmentSize: Int { 4096 }

    private var segments: [[Element]] = []
    private(set) var count = 0

    subscript(index: Int) -> Element {
        segments[index / Self.segmentSize][index % Self.segmentSize]
    }

    mutating func append(_ element: Element) {
        if count % Self.segmentSize == 0 {
            segments.append([])
            // The first one starts small: most stores are.
            if count > 0 { segments[segments.count - 1].reserveCapacity(Self.segmentSize) }
        }
        segments[segments.count - 1].append(element)
        count += 1
    }
}

extension SegmentedArray: RandomAccessCollection {
    var startIndex: Int { 0 }
    var endIndex: Int { count }
}

extension SegmentedArray: Sendable where Element: Sendable {}
