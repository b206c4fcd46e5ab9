import CRE2

extension RegularExpression {
    /// A match somewhere in a text.
    public struct Match: Sendable, Hashable {
        /// The bytes that match.
        public var range: Range<Int>
        /// The groups, group 0 being all that matches and nil a group that took no part.
        public var groups: [String?]
    }

    /// The first match that begins at the byte `start` or later; what stands before counts for `^` and `\b`.
    public func firstMatch(in text: String, from start: Int = 0) -> Match? {
        let count = Int(cre2_group_count(regex)) + 1
        var places = [Int](repeating: -1, count: 2 * count)
        var text = text
        return text.withUTF8 { bytes in
            guard (0...bytes.count).contains(start) else { return nil }
            let found = bytes.withMemoryRebound(to: CChar.self) {
                cre2_search(regex, $0.baseAddress, $0.count, start, &places, Int32(count))
            }
            return found ? Match(range: places[0]..<places[1], groups: groups(at: places, of: bytes)) : nil
        }
    }
}
