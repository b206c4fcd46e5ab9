import Model

// The rule, as docs/configuration.md has it: `${NAME}`, where NAME begins with a letter or underscore and goes on with
// letters, digits and underscores, is replaced by the variable's value; `$${NAME}` stands for `${NAME}` itself; every other
// dollar is a dollar. So `$1` and `${1}` of relabelling, a `$` in a regular expression or in a password stay what they are.

extension DecodingContext {
    /// The text with the environment written in. Names in `keeping` are left alone, for they mean something else there.
    /// An unset variable is a problem, noted at the place; there is no text then.
    func expanded(_ text: String, at place: Place, keeping: (String) -> Bool = { _ in false }) -> String? {
        guard let environment, text.utf8.contains(UInt8(ascii: "$")) else { return text }
        var isWhole = true
        var out: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.first {
            guard byte == UInt8(ascii: "$") else {
                out.append(byte)
                rest.removeFirst()
                continue
            }
            if rest.dropFirst().first == UInt8(ascii: "$"), let (_, after) = variable(rest.dropFirst()) {
                out.append(contentsOf: rest.dropFirst()[..<after])
                rest = rest[after...]
            } else if let (name, after) = variable(rest) {
                if keeping(name) {
                    out.append(contentsOf: rest[..<after])
                } else if let value = environment[name] {
                    out.append(contentsOf: value.utf8)
                } else {
                    isWhole = false
                    let note = " (`$${\(name)}` stands for the text itself)"
                    fail("cannot use `${\(name)}`: the environment variable is not set\(note)", at: place)
                }
                rest = rest[after...]
            } else {
                out.append(byte)
                rest.removeFirst()
            }
        }
        return isWhole ? String(decoding: out, as: UTF8.self) : nil
    }
}

/// The name in a `${NAME}` at the beginning of a text, and where what follows it begins.
private func variable(_ text: Substring.UTF8View) -> (name: String, after: String.Index)? {
    let inside = text.dropFirst(2)
    guard text.starts(with: [UInt8(ascii: "$"), UInt8(ascii: "{")]) else { return nil }
    let name = inside.prefix { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }
    let after = inside[name.endIndex...]
    guard let first = name.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
        after.first == UInt8(ascii: "}")
    else { return nil }
    return (String(Substring(name)), inside.index(after: name.endIndex))
}
