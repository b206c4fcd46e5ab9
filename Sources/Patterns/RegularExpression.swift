import CRE2
import Model

/// An RE2 expression. Matching takes linear time. It must match the whole of a text, as everywhere in Prometheus but in
/// templates: `firstMatch` is for those.
public final class RegularExpression: @unchecked Sendable {
    // Sendable: RE2 objects are immutable after compilation and safe to match with from any thread.
    let regex: OpaquePointer

    /// The expression as it was written.
    public let pattern: String

    /// Compiles an expression; throws a `UserError` with RE2's reason. Prometheus compiles every expression as `^(?s:…)$`, so that
    /// a dot matches a newline too, if nothing else is asked for.
    public init(_ pattern: String, dotMatchesNewline: Bool = true) throws(UserError) {
        self.pattern = pattern
        var text = pattern
        regex = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { cre2_compile($0.baseAddress, $0.count, dotMatchesNewline) }
        }
        if let reason = cre2_error(regex) {
            // Everything is initialised by now, so that leaving runs `deinit`, which frees the expression.
            throw UserError("cannot compile regular expression \(quoted(pattern)): \(String(cString: reason))")
        }
    }

    deinit { cre2_free(regex) }

    /// Whether the whole text matches.
    public func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { matches(UnsafeRawBufferPointer($0)) }
    }

    /// Whether all of these bytes match.
    public func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        cre2_full_match(regex, bytes.assumingMemoryBound(to: CChar.self).baseAddress, bytes.count, nil, 0)
    }

    /// The groups of a match, group 0 being the whole text and nil a group that took no part; nil without a match.
    public func groups(in text: String) -> [String?]? {
        let count = Int(cre2_group_count(regex)) + 1
        var places = [Int](repeating: -1, count: 2 * count)
        var text = text
        return text.withUTF8 { bytes in
            let found = bytes.withMemoryRebound(to: CChar.self) {
                cre2_full_match(regex, $0.baseAddress, $0.count, &places, Int32(count))
            }
            return found ? groups(at: places, of: bytes) : nil
        }
    }

    /// The texts of groups that stand from one place to another each.
    func groups(at places: [Int], of bytes: UnsafeBufferPointer<UInt8>) -> [String?] {
        (0..<places.count / 2).map { group in
            places[2 * group] < 0
                ? nil : String(decoding: bytes[places[2 * group]..<places[2 * group + 1]], as: UTF8.self)
        }
    }

    /// The text with `$1`, `${1}` and `${name}` of a template replaced by the groups of a match, as Go's `Expand` does:
    /// a group that is not there is empty, `$$` is a dollar. Nil without a match.
    public func expand(_ template: String, with text: String) -> String? {
        groups(in: text).map { expand(template, groups: $0) }
    }

    /// The template with the groups of a match that has been found already.
    public func expand(_ template: String, groups: [String?]) -> String {
        var out: [UInt8] = []
        var rest = template.utf8[...]
        while let byte = rest.first {
            rest.removeFirst()
            guard byte == UInt8(ascii: "$") else {
                out.append(byte)
                continue
            }
            if rest.first == UInt8(ascii: "$") {
                rest.removeFirst()
                out.append(byte)
                continue
            }
            let braced = rest.first == UInt8(ascii: "{")
            let name = referenceName(braced ? rest.dropFirst() : rest)
            let after = rest[name.endIndex...]
            if name.isEmpty || (braced && after.first != UInt8(ascii: "}")) {
                out.append(byte)
                continue
            }
            rest = braced ? after.dropFirst() : after
            if let value = group(named: String(Substring(name)), of: groups) { out.append(contentsOf: value.utf8) }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Whether the expression has a group `(?P<name>…)`.
    public func hasGroup(named name: String) -> Bool {
        cre2_group_index(regex, name, name.utf8.count) >= 0
    }

    private func group(named name: String, of groups: [String?]) -> String? {
        // As in Go, a number with a leading zero is a name.
        let number = name == "0" || !name.hasPrefix("0") ? Int(name) : nil
        let index = number ?? Int(cre2_group_index(regex, name, name.utf8.count))
        return groups.indices.contains(index) ? groups[index] : nil
    }
}

/// The letters, digits and underscores that a text begins with; as in Go, letters and digits of any script.
private func referenceName(_ text: Substring.UTF8View) -> Substring.UTF8View {
    let name = Substring(text).unicodeScalars.prefix { scalar in
        if scalar.isASCII { return isNameByte(UInt8(truncatingIfNeeded: scalar.value)) }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        case .decimalNumber: return true
        default: return false
        }
    }
    return text[name.startIndex..<name.endIndex]
}

private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
    default: false
    }
}
