import Model

/// Something that is wrong with an exposition.
public struct ExpositionProblem: Sendable, Hashable {
    /// How bad it is.
    public enum Severity: Sendable, Hashable {
        /// The exposition is not valid.
        case error
        /// It is valid, but against the conventions that queries and people rely on.
        case warning
    }

    /// How bad it is.
    public var severity: Severity
    /// The family it is about, when it is about one.
    public var family: String?
    /// What is wrong, in one line.
    public var message: String
    /// Where it stands.
    public var place: Place
}

extension ExpositionProblem: CustomStringConvertible {
    /// `metrics.txt:3:1: warning: requests: no help text`
    public var description: String {
        "\(place): \(severity == .error ? "error" : "warning"): \(family.map { "\($0): " } ?? "")\(message)"
    }
}
