import CSnappy
import Model

/// Bytes packed in snappy's block format.
public struct SnappyBlock {
    private let packed: [UInt8]
    /// How many bytes it says to be when it is unpacked. Who has a limit looks here first: nothing has been allocated yet.
    public let size: Int

    /// Takes a block; throws when it cannot be one.
    public init(_ packed: [UInt8]) throws(UserError) {
        self.packed = packed
        var size = 0
        let status = packed.withUnsafeBytes { source in
            snappy_uncompressed_length(source.assumingMemoryBound(to: CChar.self).baseAddress, source.count, &size)
        }
        // Nothing in the format makes more than 64 bytes of 3: a block that promises more cannot hold it.
        guard !packed.isEmpty, status == SNAPPY_OK, size >= 0, size / 22 <= packed.count else { throw damagedBlock }
        self.size = size
    }

    /// The bytes unpacked; throws when they are damaged.
    public func unpack() throws(UserError) -> [UInt8] {
        let unpacked = packed.withUnsafeBytes { source in
            [UInt8](unsafeUninitializedCapacity: size) { room, count in
                // An empty array has no room to point to, and one byte of length is all that its block has.
                guard size > 0 else { return }
                var length = room.count
                let status = room.withMemoryRebound(to: CChar.self) { output in
                    snappy_uncompress(
                        source.assumingMemoryBound(to: CChar.self).baseAddress, source.count, output.baseAddress,
                        &length)
                }
                count = status == SNAPPY_OK ? length : 0
            }
        }
        guard unpacked.count == size else { throw damagedBlock }
        return unpacked
    }
}

private let damagedBlock = UserError("cannot read remote write: the body is no block of snappy, or a damaged one")
