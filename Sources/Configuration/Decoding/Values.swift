import Model

// Single values. Each notes what is wrong at its place and then returns nil. What counts as a number or a truth value
// is what Prometheus's own reader (YAML 1.1) takes for one.

extension DecodingContext {
    /// A text: any scalar, with the environment written in. Names in `keeping` are not the environment's.
    public func string(_ node: Node, keeping: (String) -> Bool = { _ in false }) -> String? {
        guard case .scalar(let scalar) = node.content else {
            fail("expected a text, found \(node.kind)", at: node.place)
            return nil
        }
        return expanded(scalar.text, at: node.place, keeping: keeping)
    }

    /// A text that stands for a number or a truth value: without quotes, unless it comes from the environment.
    private func plainText(_ node: Node, _ expected: String) -> String? {
        guard case .scalar(let scalar) = node.content else {
            fail("expected \(expected), found \(node.kind)", at: node.place)
            return nil
        }
        guard let text = expanded(scalar.text, at: node.place) else { return nil }
        guard scalar.isPlain || text != scalar.text else {
            fail("expected \(expected), found the text \(quoted(scalar.shown)): take away the quotes", at: node.place)
            return nil
        }
        return text
    }

    /// A truth value.
    public func bool(_ node: Node) -> Bool? {
        guard let text = plainText(node, "true or false") else { return nil }
        switch text {
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y": return true
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N": return false
        default:
            fail("expected true or false, found \(node.kind)", at: node.place)
            return nil
        }
    }

    /// A whole number within a range.
    public func integer(_ node: Node, in range: ClosedRange<Int64> = .min ... .max) -> Int64? {
        guard let text = plainText(node, "a whole number") else { return nil }
        guard let number = readInteger(text) else {
            fail("expected a whole number, found \(node.kind)", at: node.place)
            return nil
        }
        guard range.contains(number) else {
            let bounds =
                range.upperBound == .max
                ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
            fail("expected a whole number \(bounds), found \(number)", at: node.place)
            return nil
        }
        return number
    }

    /// A number.
    public func number(_ node: Node) -> Double? {
        guard let text = plainText(node, "a number") else { return nil }
        var copy = text
        let token = copy.withUTF8 { readNumber(UnsafeRawBufferPointer($0)) }
        if let token { return token.double }
        switch text {
        case ".inf", ".Inf", ".INF", "+.inf": return .infinity
        case "-.inf", "-.Inf", "-.INF": return -.infinity
        case ".nan", ".NaN", ".NAN": return .nan
        default:
            fail("expected a number, found \(node.kind)", at: node.place)
            return nil
        }
    }

    /// A duration such as `1m30s`, in milliseconds.
    public func duration(_ node: Node) -> Int64? {
        guard let text = string(node) else { return nil }
        do {
            return try parseDuration(text)
        } catch {
            fail(error, at: node.place)
            return nil
        }
    }

    /// A number of bytes such as `512MB` or `1.5GiB`.
    public func size(_ node: Node) -> Int64? {
        guard let text = string(node) else { return nil }
        do {
            return try parseSize(text)
        } catch {
            fail(error, at: node.place)
            return nil
        }
    }

    /// One of the words that an enumeration is written with; `kind` says what it is in a message.
    public func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ node: Node, _ kind: String, ignoringCase: Bool = false
    ) -> Choice? {
        guard let text = string(node) else { return nil }
        if let choice = Choice(rawValue: ignoringCase ? text.lowercased() : text) { return choice }
        let words = Choice.allCases.map(\.rawValue)
        let near = hint(for: text, among: words)
        let all = near.isEmpty ? ", expected one of \(words.joined(separator: ", "))" : near
        fail("unknown \(kind) `\(text)`\(all)", at: node.place)
        return nil
    }

    /// The items of a list; nothing stands for an empty one.
    public func list(_ node: Node) -> [Node] {
        switch node.content {
        case .null: return []
        case .list(let items): return items
        default:
            fail("expected a list, found \(node.kind)", at: node.place)
            return []
        }
    }

    /// The texts of a list.
    public func strings(_ node: Node) -> [String] {
        list(node).compactMap { string($0) }
    }

    /// The entries of a map; nothing stands for an empty one.
    public func entries(_ node: Node) -> [Entry] {
        switch node.content {
        case .null: return []
        case .map(let entries): return entries
        default:
            fail("expected a map, found \(node.kind)", at: node.place)
            return []
        }
    }

    /// A map of label names to values.
    public func labels(_ node: Node) -> [Label] {
        entries(node).compactMap { entry in
            guard !entry.key.isEmpty else {
                fail("a label name must not be empty", at: entry.keyPlace)
                return nil
            }
            if entry.value.isNull { return Label(entry.key, "") }
            return string(entry.value).map { Label(entry.key, $0) }
        }
    }
}

/// Whole numbers as YAML 1.1 writes them: decimal, `0x`, `0o`, `0b`, underscores between digits, or 1e5.
private func readInteger(_ text: String) -> Int64? {
    var digits = String(text.filter { $0 != "_" })
    guard let first = text.utf8.first, first != UInt8(ascii: "_") else { return nil }
    let negative = digits.hasPrefix("-")
    if negative || digits.hasPrefix("+") { digits.removeFirst() }
    guard let start = digits.utf8.first, start != UInt8(ascii: "-"), start != UInt8(ascii: "+") else { return nil }
    let sign = negative ? "-" : ""
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where digits.hasPrefix(prefix) {
        return Int64(sign + digits.dropFirst(2), radix: radix)
    }
    if let number = Int64(sign + digits) { return number }
    var copy = sign + digits
    guard let value = copy.withUTF8({ readNumber(UnsafeRawBufferPointer($0)) })?.double else { return nil }
    return Int64(exactly: value)
}
