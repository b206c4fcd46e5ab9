// Throws arbitrary bytes at what reads remote writes: as a packed body, and as the message within one.

import Model
import RemoteWrite

func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    read(message: bytes)
    do throws(UserError) {
        let block = try SnappyBlock(bytes)
        require(block.size / 22 <= count, "a block promises what it cannot hold")
        let message = try block.unpack()
        require(message.count == block.size, "a block is not as long as it says")
        read(message: message)
    } catch {
        require(error.message.hasPrefix("cannot "), "refused without a reason")
    }
    return 0
}

/// A message is refused with a reason, or holds what it says: series with a name, each label once.
func read(message: [UInt8]) {
    let request: WriteRequest
    do throws(UserError) {
        request = try WriteRequest(message: message)
    } catch {
        require(error.message.hasPrefix("cannot "), "refused without a reason")
        return
    }
    var samples = 0
    do {
        try request.forEachSeries { series in
            let labels = try series.labels()
            require(!labels.metric.isEmpty, "a series without a name")
            for (a, b) in zip(labels.pairs, labels.pairs.dropFirst()) {
                require(bytesPrecede(a.name, b.name), "labels that are not sorted, or stand twice")
            }
            let length = try series.withLabelText { $0.count }
            require(length > 0 && length <= message.count, "a text of labels that is longer than the message")
            try series.forEachSample { _ in samples += 1 }
        }
    } catch {
        preconditionFailure("a message that was checked is refused: \(error)")
    }
    require(samples == request.sampleCount, "samples that were not counted")
}

func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { preconditionFailure(message()) }
}
