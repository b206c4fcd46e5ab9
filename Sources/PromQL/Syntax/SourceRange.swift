/// A part of a query's text, in bytes: from `start` up to, but not including, `end`.
public struct SourceRange: Sendable, Hashable {
    /// The first byte.
    public var start: Int
    /// Behind the last byte.
    public var end: Int

    /// A part of a text.
    public init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }

    /// From the beginning of one part to the end of another.
    static func from(_ first: SourceRange, to last: SourceRange) -> SourceRange { SourceRange(first.start, last.end) }

    /// Where the part begins, as Prometheus says it: `line:column`, both from 1, columns in bytes.
    public func place(in query: String) -> String {
        var line = 1
        var column = 1
        for byte in query.utf8.prefix(max(0, start)) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        return "\(line):\(column)"
    }
}
