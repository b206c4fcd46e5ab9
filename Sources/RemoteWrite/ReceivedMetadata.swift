import Model

/// What a sender says about a family of metrics.
public struct ReceivedMetadata: Sendable, Hashable {
    /// The family's name.
    public private(set) var family = ""
    /// `counter`, `gauge`, …
    public private(set) var type = "unknown"
    /// What it means.
    public private(set) var help = ""
    /// Its unit; most often empty.
    public private(set) var unit = ""

    /// The types by their numbers.
    private static let types = [
        "unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset",
    ]

    /// Reads a message: `type` = 1, `metric_family_name` = 2, `help` = 4, `unit` = 5.
    init(_ bytes: UnsafeRawBufferPointer) throws(UserError) {
        var reader = ProtobufReader(bytes)
        while let (number, wire) = try reader.field() {
            switch (number, wire) {
            case (1, .varint):
                let number = try reader.varint()
                type = number < Self.types.count ? Self.types[Int(number)] : "unknown"
            case (2, .delimited): family = try text(try reader.delimited())
            case (4, .delimited): help = try text(try reader.delimited())
            case (5, .delimited): unit = try text(try reader.delimited())
            default: try reader.skip(wire)
            }
        }
    }
}

private func text(_ bytes: UnsafeRawBufferPointer) throws(UserError) -> String {
    guard isText(bytes) else { throw damaged("metadata that is no UTF-8, or holds a zero byte") }
    return String(decoding: bytes, as: UTF8.self)
}
