// Reading a document whose shape is known, without building it: what is not wanted is passed over.
extension JSONReader {
    /// Reads an object: `body` is given each name, and must take the value that follows. Null is an object without members.
    public mutating func object(
        _ body: (String, inout JSONReader) throws(UserError) -> Void
    ) throws(UserError) {
        switch try next() {
        case .null: return
        case .beginObject:
            while case .key(let name) = try next() { try body(name, &self) }
        case let other: throw UserError("cannot read JSON: expected an object, found \(other)")
        }
    }

    /// Reads an array: `body` is called for each element, and must take it. Null is an array without elements.
    public mutating func array(_ body: (inout JSONReader) throws(UserError) -> Void) throws(UserError) {
        switch try next() {
        case .null: return
        case .beginArray:
            while try !endsArray() { try body(&self) }
        case let other: throw UserError("cannot read JSON: expected an array, found \(other)")
        }
    }

    /// Reads a text, or a number or truth value as it is written; nothing is an empty text.
    public mutating func text() throws(UserError) -> String {
        switch try next() {
        case .string(let text), .number(let text): return text
        case .boolean(let truth): return truth ? "true" : "false"
        case .null: return ""
        case let other: throw UserError("cannot read JSON: expected a text, found \(other)")
        }
    }

    /// Reads a truth value; anything else is false.
    public mutating func flag() throws(UserError) -> Bool { try text() == "true" }
}
