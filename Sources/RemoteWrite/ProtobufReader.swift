import Model

/// Walks over the fields of one message in protobuf's wire format. Every length is checked against the message before it is
/// followed: what comes from outside never leads out of it.
struct ProtobufReader {
    /// How a field's value is written.
    enum Wire: UInt64 {
        case varint = 0
        case fixed64 = 1
        case delimited = 2
        case fixed32 = 5
    }

    private let bytes: UnsafeRawBufferPointer
    /// Where the next field begins.
    private(set) var at = 0

    /// A reader of a whole message.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The next field's number and form; nil at the end of the message. Its value must be read, or skipped.
    @inline(__always)
    mutating func field() throws(UserError) -> (number: UInt64, wire: Wire)? {
        guard at < bytes.count else { return nil }
        let tag = try varint()
        // Groups are not written by anybody any more, and field 0 never was.
        guard let wire = Wire(rawValue: tag & 7), tag >> 3 > 0, tag >> 3 < 1 << 29 else {
            throw damaged("a field of no known form")
        }
        return (tag >> 3, wire)
    }

    /// A whole number of up to 64 bits.
    @inline(__always)
    mutating func varint() throws(UserError) -> UInt64 {
        if at < bytes.count, bytes[at] < 0x80 {
            at += 1
            return UInt64(bytes[at - 1])
        }
        return try longVarint()
    }

    private mutating func longVarint() throws(UserError) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            // The tenth byte has room for one bit.
            guard shift < 63 || byte <= 1 else { throw damaged("a number of more than 64 bits") }
            number |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
        throw damaged("it ends within a number")
    }

    /// Eight bytes.
    @inline(__always)
    mutating func fixed64() throws(UserError) -> UInt64 {
        guard bytes.count - at >= 8 else { throw damaged("it ends within a number") }
        defer { at += 8 }
        return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
    }

    /// A text, or a message.
    @inline(__always)
    mutating func delimited() throws(UserError) -> UnsafeRawBufferPointer {
        let length = try varint()
        guard length <= UInt64(bytes.count - at) else { throw damaged("it ends within a field") }
        let start = at
        at += Int(length)
        return UnsafeRawBufferPointer(rebasing: bytes[start..<at])
    }

    /// Passes over the value of a field that is of no interest.
    mutating func skip(_ wire: Wire) throws(UserError) {
        switch wire {
        case .varint: _ = try varint()
        case .fixed64: _ = try fixed64()
        case .delimited: _ = try delimited()
        case .fixed32:
            guard bytes.count - at >= 4 else { throw damaged("it ends within a number") }
            at += 4
        }
    }
}

/// Why a message cannot be read.
func damaged(_ reason: String) -> UserError { UserError("cannot read remote write: the message is damaged: \(reason)") }
