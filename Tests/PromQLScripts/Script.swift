import Model
import PromQL

/// A script of Prometheus's test format: series that are loaded, and what queries must answer.
public struct Script {
    enum Command {
        case clear
        case load(step: Int64, [SeriesNotation])
        case evaluate(Evaluation)
    }

    /// One query and what is expected of it.
    struct Evaluation {
        enum Times {
            case instant(Int64)
            case range(from: Int64, to: Int64, step: Int64)
        }

        enum Value {
            case scalar(Double)
            case string(String)
            case series([SeriesNotation])
        }

        var line: Int
        var times: Times
        var query: String
        var value = Value.series([])
        var expectations: [Expectation] = []

        var mustFail: Bool { expectations.contains { $0.kind == .fail } }
        var isOrdered: Bool { expectations.contains { $0.kind == .ordered } }
    }

    /// What is expected beside the value.
    struct Expectation {
        enum Kind: String {
            case fail, warn, info, ordered
            case noWarning = "no_warn"
            case noInfo = "no_info"
        }

        enum Wording {
            case any
            case exactly(String)
            case matching(String)
        }

        var kind: Kind
        var wording = Wording.any
    }

    var commands: [Command] = []

    /// Reads a script; throws what is wrong with it, with its line.
    public init(_ text: String) throws(UserError) {
        var reader = ScriptReader(text)
        commands = try reader.commands()
    }

    /// The number of evaluations.
    public var evaluationCount: Int {
        commands.reduce(0) { count, command in
            if case .evaluate = command { count + 1 } else { count }
        }
    }
}
