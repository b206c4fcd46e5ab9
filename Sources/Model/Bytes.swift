// Names and values of labels are bytes to the outside world. Swift's own `==` and `<` on strings follow Unicode's canonical
// equivalence, by which two different series could be taken for one: these compare what is on the wire.

import Glibc

/// Whether two strings are the same bytes.
public func sameBytes(_ a: String, _ b: String) -> Bool {
    // Through the views of the strings it would be a call for each byte.
    var (a, b) = (a, b)
    return a.withUTF8 { a in
        b.withUTF8 { b in
            guard a.count == b.count else { return false }
            guard let first = a.baseAddress, let second = b.baseAddress else { return true }
            return memcmp(first, second, a.count) == 0
        }
    }
}

extension Hasher {
    /// Feeds in the bytes of a text and what cannot be in it, so that two texts are not the same as another two.
    @inlinable
    mutating func combine(bytesOf text: String) {
        var text = text
        text.withUTF8 { combine(bytes: UnsafeRawBufferPointer($0)) }
        combine(UInt8(0xff))
    }
}

/// Whether `a` comes before `b` in byte order, which is the order of Prometheus and of SQLite's BINARY collation.
@inlinable
public func bytesPrecede(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
}
