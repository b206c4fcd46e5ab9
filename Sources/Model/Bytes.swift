// Names and values of labels are bytes to the outside world. Swift's own `==` and `<` on strings follow Unicode's canonical
// equivalence, by which two different series could be taken for one: these compare what is on the wire.

/// Whether two strings are the same bytes.
@inlinable
public func sameBytes(_ a: String, _ b: String) -> Bool {
    a.utf8.elementsEqual(b.utf8)
}

/// Whether `a` comes before `b` in byte order, which is the order of Prometheus and of SQLite's BINARY collation.
@inlinable
public func bytesPrecede(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
}
