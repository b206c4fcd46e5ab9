import Model

/// Everything that is wrong with a configuration, sorted by place.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// What is wrong; never empty.
    public let problems: [UserError]

    /// What is wrong; there must be something.
    public init(problems: [UserError]) { self.problems = problems }

    /// One problem a line.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
