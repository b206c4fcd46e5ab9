import Model

/// The elements of one block over some times, held by column: what a chunk is made from. It is filled row by row and used
/// again for the next block.
struct ElementGrid {
    private(set) var rowCount = 0
    /// How many samples have been put in.
    private(set) var sampleCount = 0
    private var capacity = 0
    private var mantissas: [Int64] = []
    private var tags: [Element.Tag] = []

    /// Empties the grid and makes room for `rows` times.
    mutating func reset(rows: Int) {
        rowCount = rows
        sampleCount = 0
        let cells = rows * slotsPerBlock
        if cells > capacity {
            capacity = cells
            mantissas = Array(repeating: 0, count: cells)
            tags = Array(repeating: Element.absent, count: cells)
        } else {
            for cell in 0..<cells { tags[cell] = Element.absent }
        }
    }

    /// Puts an element in its place.
    mutating func set(_ element: Element, slot: Int, row: Int) {
        mantissas[slot * rowCount + row] = element.mantissa
        tags[slot * rowCount + row] = element.tag
        sampleCount += 1
    }

    /// Whether a place has an element already.
    func isFilled(slot: Int, row: Int) -> Bool { tags[slot * rowCount + row] != Element.absent }

    /// Spreads a row of the head over the columns. What is not readable stays absent.
    mutating func fill(row: Int, from array: UnsafeRawBufferPointer) {
        guard var reader = ElementReader(array: array) else { return }
        var cell = row
        var samples = 0
        mantissas.withUnsafeMutableBufferPointer { mantissas in
            tags.withUnsafeMutableBufferPointer { tags in
                for _ in 0..<slotsPerBlock {
                    guard let element = reader.next() else { break }
                    mantissas[cell] = element.mantissa
                    tags[cell] = element.tag
                    if element.tag != Element.absent { samples += 1 }
                    cell += rowCount
                }
            }
        }
        sampleCount += samples
    }

    /// Calls `body` with the column of a slot.
    func withColumn<Result>(
        _ slot: Int, _ body: (UnsafeBufferPointer<Int64>, UnsafeBufferPointer<Element.Tag>) -> Result
    ) -> Result {
        let range = slot * rowCount..<(slot + 1) * rowCount
        return mantissas.withUnsafeBufferPointer { mantissas in
            tags.withUnsafeBufferPointer { tags in
                body(UnsafeBufferPointer(rebasing: mantissas[range]), UnsafeBufferPointer(rebasing: tags[range]))
            }
        }
    }
}
