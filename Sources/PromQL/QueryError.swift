/// Why a query has no answer.
public enum QueryError: Error, Sendable, Hashable {
    /// The text is no query.
    case syntax(QuerySyntaxError)
    /// It cannot be evaluated on these series.
    case execution(String)
    /// It took longer than it may.
    case timedOut
    /// Whoever asked has gone.
    case cancelled
    /// It needs more samples at a time than it may.
    case tooManySamples
    /// All queries that run need more samples at a time than they may.
    case tooManySamplesTogether
    /// The series could not be read.
    case storage(String)
}

extension QueryError: CustomStringConvertible {
    /// In the words of Prometheus, where it has some.
    public var description: String {
        switch self {
        case .syntax(let error): error.description
        case .execution(let reason), .storage(let reason): reason
        case .timedOut: "query timed out in expression evaluation"
        case .cancelled: "query was canceled in expression evaluation"
        case .tooManySamples: "query processing would load too many samples into memory in query execution"
        case .tooManySamplesTogether:
            "query processing would load too many samples into memory, together with the queries that run beside it"
        }
    }
}
