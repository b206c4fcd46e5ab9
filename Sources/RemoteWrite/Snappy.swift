import CSnappy
import Model

/// Unpacks a block of snappy's block format. Throws when it is damaged, and `BodyTooLarge` when it says that it is larger than
/// `limit`: before anything is allocated for it.
public func unpackSnappy(_ packed: [UInt8], limit: Int) throws -> [UInt8] {
    let size = try snappySize(packed)
    if size > limit { throw BodyTooLarge(limit: limit) }
    // Nothing in the format makes more than 64 bytes of 3: a block that promises more cannot hold it.
    guard size <= packed.count.multipliedReportingOverflow(by: 22).partialValue else { throw damagedSnappy }
    let unpacked = packed.withUnsafeBytes { source in
        [UInt8](unsafeUninitializedCapacity: size) { room, count in
            let input = source.assumingMemoryBound(to: CChar.self).baseAddress
            // What is empty has no room to point to, and says so with its length alone.
            guard size > 0 else { return }
            var length = room.count
            let status = room.withMemoryRebound(to: CChar.self) { output in
                snappy_uncompress(input, source.count, output.baseAddress, &length)
            }
            count = status == SNAPPY_OK ? length : 0
        }
    }
    guard unpacked.count == size else { throw damagedSnappy }
    return unpacked
}

/// How large a block says that it is when it is unpacked.
public func snappySize(_ packed: [UInt8]) throws(UserError) -> Int {
    var size = 0
    let status = packed.withUnsafeBytes { source in
        snappy_uncompressed_length(source.assumingMemoryBound(to: CChar.self).baseAddress, source.count, &size)
    }
    guard !packed.isEmpty, status == SNAPPY_OK, size >= 0 else { throw damagedSnappy }
    return size
}

private let damagedSnappy = UserError("cannot read remote write: the body is no block of snappy, or a damaged one")

/// A body is larger than is taken.
public struct BodyTooLarge: Error, Sendable, CustomStringConvertible {
    /// The most bytes.
    public let limit: Int

    /// The one sentence there is to say.
    public var description: String { "cannot receive body: it is longer than \(limit) bytes when it is unpacked" }
}
