import Glibc

/// The end of what comes out of a pipe: all of it is read, but no more than some bytes are kept.
struct Tail {
    /// How much is kept.
    let limit: Int
    private var kept: [UInt8] = []

    /// Nothing yet.
    init(limit: Int) { self.limit = limit }

    /// The last bytes.
    var bytes: [UInt8] { kept.suffix(limit) }

    /// What comes of reading once.
    enum Reading {
        case some(Int)
        case nothingYet
        case end
    }

    /// Reads what is there, without waiting for more.
    mutating func read(_ descriptor: Int32, through block: inout [UInt8]) -> Reading {
        let count = block.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        if count < 0 { return errno == EINTR || errno == EAGAIN ? .nothingYet : .end }
        if count == 0 { return .end }
        append(block[..<count])
        return .some(count)
    }

    /// Reads what is there, up to some amount.
    mutating func drain(_ descriptor: Int32, atMost amount: Int, through block: inout [UInt8]) {
        var rest = amount
        while rest > 0, case .some(let count) = read(descriptor, through: &block) { rest -= count }
    }

    /// Adds bytes behind the others.
    mutating func append(_ bytes: ArraySlice<UInt8>) {
        kept.append(contentsOf: bytes.suffix(limit))
        // Not at every byte: moving the rest to the front takes time.
        if kept.count > 2 * limit { kept.removeFirst(kept.count - limit) }
    }
}

/// The end of a text of at most so many bytes, beginning with a whole character. What is no UTF-8 is shown as such.
func tailText(_ bytes: some Sequence<UInt8>, limit: Int) -> String {
    let text = String(decoding: Array(bytes), as: UTF8.self)
    guard text.utf8.count > limit else { return text }
    var start = text.utf8.index(text.utf8.endIndex, offsetBy: -limit)
    while start < text.utf8.endIndex, text.utf8[start] & 0xc0 == 0x80 { start = text.utf8.index(after: start) }
    return String(text[start...])
}
