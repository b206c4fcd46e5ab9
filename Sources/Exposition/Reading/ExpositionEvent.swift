/// One line of an exposition that means something. All ranges are byte offsets into the body.
public struct ExpositionEvent: Sendable, Hashable {
    /// What a line can be.
    public enum Kind: UInt8, Sendable {
        /// A sample: `text` is the series, `value` the token of its value.
        case sample
        /// `# HELP`: `text` is the family's name (with its quotes if it has them), `value` the help as it stands there.
        case help
        /// `# TYPE`: `text` is the family's name, `value` the type.
        case type
        /// `# UNIT`, in OpenMetrics: `text` is the family's name, `value` the unit.
        case unit
    }

    /// What the line is.
    public var kind: Kind
    /// The series text exactly as it was sent, `name{…}`; or the family's name.
    public var text: Range<Int>
    /// The token of the value; or the text of the metadata.
    public var value: Range<Int>
    /// The token of the timestamp; empty when there is none.
    public var timestampToken: Range<Int>
    /// The exemplar from its opening brace to its last digit; empty when there is none.
    public var exemplar: Range<Int>
    /// Milliseconds since 1970-01-01T00:00:00Z, when the sample has a timestamp of its own.
    public var timestamp: Int64?
    /// The line it begins on, from 1.
    public var line: Int

    /// An event with nothing but what every event has.
    init(kind: Kind, text: Range<Int>, value: Range<Int>, line: Int) {
        self.kind = kind
        self.text = text
        self.value = value
        self.timestampToken = 0..<0
        self.exemplar = 0..<0
        self.timestamp = nil
        self.line = line
    }

    /// Whether an exemplar followed the sample.
    @inlinable
    public var hasExemplar: Bool { !exemplar.isEmpty }
}
