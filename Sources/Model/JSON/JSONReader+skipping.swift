extension JSONReader {
    /// Passes the next value over: of what stands in it only strings and brackets are looked at.
    public mutating func skip() throws(UserError) {
        skipBlanks()
        if expected == .separator, try separator() != nil { throw unexpected("a value") }
        guard expected == .value || expected == .firstElement else { throw unexpected("a value") }
        guard let first = peek(), first != UInt8(ascii: "]"), first != UInt8(ascii: "}") else {
            throw unexpected("a value")
        }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            try skipBrackets()
        } else {
            _ = try next()
        }
        expected = .separator
    }

    /// Passes the next value over, and says where it stands.
    public mutating func range() throws(UserError) -> Range<Int> {
        skipBlanks()
        if expected == .separator, try separator() != nil { throw unexpected("a value") }
        skipBlanks()
        let start = at
        try skip()
        return start..<at
    }

    private mutating func skipBrackets() throws(UserError) {
        var depth = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""): try skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                at += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                at += 1
                if depth == 0 { return }
            default: at += 1
            }
        }
        throw error("an object or array has no end")
    }

    private mutating func skipString() throws(UserError) {
        at += 1
        while at < bytes.count {
            let byte = bytes[at]
            at += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return }
        }
        throw error("a string has no end")
    }

    /// Whether the array that is being read ends here; then that has been taken.
    mutating func endsArray() throws(UserError) -> Bool {
        skipBlanks()
        guard peek() == UInt8(ascii: "]"), expected == .firstElement || expected == .separator else { return false }
        return try next() == .endArray
    }
}
