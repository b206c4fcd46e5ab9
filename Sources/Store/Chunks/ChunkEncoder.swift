/// A closed part of a block, ready to be a row of `chunks`.
struct EncodedChunk {
    var block: BlockID
    var times: ChunkTimes
    var segments: String
    var data: [UInt8]
    /// The slots that have elements.
    var slots: SlotSet
}

/// The number of columns that are deflated together: enough for the deflater to learn from, few enough that a query for one
/// series inflates little.
let columnsPerSegment = 8

/// Makes chunks from grids. One per thread.
final class ChunkEncoder {
    private let deflater = Deflater()
    private var text: [UInt8] = []

    /// The chunk of a block; nil when the grid holds no element.
    func encode(_ grid: ElementGrid, block: BlockID, times: ChunkTimes) -> EncodedChunk? {
        var data: [UInt8] = []
        var slots = SlotSet()
        var segments = "["
        for segment in 0..<slotsPerBlock / columnsPerSegment {
            text.removeAll(keepingCapacity: true)
            text.append(0x5b)
            var empty = true
            for column in 0..<columnsPerSegment {
                if column > 0 { text.append(0x2c) }
                let before = text.count
                grid.withColumn(segment * columnsPerSegment + column) { appendColumn($0, $1, to: &text) }
                if text[before] != UInt8(ascii: "n") {
                    empty = false
                    slots.insert(segment * columnsPerSegment + column)
                }
            }
            text.append(0x5d)
            if empty { continue }
            let offset = data.count
            let length = text.withUnsafeBytes { deflater.deflate($0, into: &data) }
            if segments.utf8.count > 1 { segments += "," }
            segments += "[\(segment),\(offset),\(length),\(text.count)]"
        }
        return data.isEmpty
            ? nil : EncodedChunk(block: block, times: times, segments: segments + "]", data: data, slots: slots)
    }
}
