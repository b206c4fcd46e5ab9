/// What is wrong with the text of a query, and where.
public struct QuerySyntaxError: Error, Sendable, Hashable {
    /// What is wrong.
    public var message: String
    /// The part of the text that is meant.
    public var range: SourceRange
    /// `line:column` of that part.
    public var place: String
}

extension QuerySyntaxError: CustomStringConvertible {
    /// As Prometheus says it: `1:5: parse error: unexpected …`.
    public var description: String { "\(place): parse error: \(message)" }
}
