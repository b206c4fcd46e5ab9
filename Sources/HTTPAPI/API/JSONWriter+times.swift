import Model

// What may be missing, and times, the way our own routes write them.
extension JSONWriter {
    /// A time both as a number and as text, which is called `…_time`; both null where there is none.
    mutating func times(_ name: String, _ milliseconds: Int64?) {
        times(name, text: name + "_time", milliseconds)
    }

    /// A time both as a number and as text.
    mutating func times(_ name: String, text: String, _ milliseconds: Int64?) {
        optional(name, milliseconds)
        key(text)
        if let milliseconds { value(formatTimestamp(milliseconds)) } else { null() }
    }

    /// A whole number, or null.
    mutating func optional(_ name: String, _ number: Int64?) {
        key(name)
        if let number { value(number) } else { null() }
    }

    /// A text, or null.
    mutating func optional(_ name: String, _ text: String?) {
        key(name)
        if let text { value(text) } else { null() }
    }

    /// A number, or null; the infinities, which JSON does not have, are the texts `+Inf` and `-Inf`.
    mutating func optional(_ name: String, _ number: Double?) {
        key(name)
        guard let number, !number.isNaN else { return null() }
        if number.isFinite { value(number) } else { value(formatAPIValue(number)) }
    }

    /// A text that is JSON. Whoever edited the file by hand must not make the answer unreadable: where it is none it is a string.
    mutating func stored(_ name: String, json text: String) {
        key(name)
        let bytes = Array(text.utf8)
        if case .success = Result(catching: { () throws(UserError) in try JSONValue(bytes) }) {
            raw(bytes)
        } else {
            value(text)
        }
    }
}
