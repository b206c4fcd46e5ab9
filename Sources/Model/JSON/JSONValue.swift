/// A JSON document in memory.
public indirect enum JSONValue: Sendable, Equatable {
    case object([String: JSONValue])
    case array([JSONValue])
    case string(String)
    /// A number as it was written.
    case number(String)
    case boolean(Bool)
    case null

    /// Reads a whole document. Of two members with the same name the later counts.
    public init(_ bytes: [UInt8]) throws(UserError) {
        var reader = JSONReader(bytes)
        self = try Self.read(try reader.next(), &reader)
        _ = try reader.next()
    }

    /// The value that begins with an event which has been taken already.
    public static func read(_ first: JSONReader.Event, _ reader: inout JSONReader) throws(UserError) -> JSONValue {
        switch first {
        case .beginObject:
            var members: [String: JSONValue] = [:]
            while case .key(let name) = try reader.next() { members[name] = try read(try reader.next(), &reader) }
            return .object(members)
        case .beginArray:
            var elements: [JSONValue] = []
            while true {
                let event = try reader.next()
                if event == .endArray { return .array(elements) }
                elements.append(try read(event, &reader))
            }
        case .string(let text): return .string(text)
        case .number(let text): return .number(text)
        case .boolean(let truth): return .boolean(truth)
        case .null, .key, .endObject, .endArray, .end: return .null
        }
    }

    /// A member of an object; nil when it has none of that name, or this is none.
    public subscript(name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    /// The elements of an array; none when this is none.
    public var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// The members of an object; none when this is none.
    public var members: [String: JSONValue] {
        if case .object(let members) = self { members } else { [:] }
    }

    /// The text of a string.
    public var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number, or the number that a string holds.
    public var double: Double? {
        switch self {
        case .number(let text), .string(let text): Array(text.utf8).withUnsafeBytes { readNumber($0)?.double }
        default: nil
        }
    }

    /// The whole number, or the one that a string holds.
    public var integer: Int64? {
        switch self {
        case .number(let text), .string(let text): Int64(text)
        default: nil
        }
    }
}
