/// Header fields in the order they came; names are compared without regard to case.
public struct HTTPHeaders: Sendable {
    /// One field.
    public struct Field: Sendable {
        /// The name as it was written.
        public var name: String
        /// The value without the spaces around it.
        public var value: String
    }

    /// The fields in order.
    public private(set) var fields: [Field] = []

    /// No fields.
    public init() {}

    /// The first value of a field, or nil when it is not there.
    public subscript(name: String) -> String? {
        for field in fields where sameIgnoringCase(field.name, name) { return field.value }
        return nil
    }

    /// All values of a field as one list, the way the standard allows them to be joined; nil when it is not there.
    public func list(_ name: String) -> String? {
        var joined: String?
        for field in fields where sameIgnoringCase(field.name, name) {
            joined = joined.map { "\($0),\(field.value)" } ?? field.value
        }
        return joined
    }

    /// Adds a field behind the others.
    public mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Sets a field, in place of all of that name.
    public mutating func set(_ name: String, _ value: String) {
        remove(name)
        add(name, value)
    }

    /// Takes away all fields of a name.
    public mutating func remove(_ name: String) {
        fields.removeAll { sameIgnoringCase($0.name, name) }
    }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
    /// `["Content-Type": "text/plain"]`
    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }
}

/// Whether two strings are the same but for the case of ASCII letters.
func sameIgnoringCase(_ a: String, _ b: String) -> Bool {
    a.utf8.count == b.utf8.count && zip(a.utf8, b.utf8).allSatisfy { lowercased($0) == lowercased($1) }
}

private func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}
