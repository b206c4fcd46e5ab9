import Configuration
import Model

// How errors are said: "cannot …: reason (place)", one line each.

/// What is to be said about an error of any kind.
func saidPlainly(_ error: any Error) -> String {
    if let error = error as? UserError {
        let sentence = error.message.hasPrefix("cannot") ? error.message : "cannot go on: \(error.message)"
        return error.place.map { "\(sentence) (\($0))" } ?? sentence
    }
    let text = String(describing: error)
    return text.hasPrefix("cannot") ? text : "cannot go on: \(text)"
}

/// What is to be said about a configuration, a sentence a problem.
func sentences(about error: ConfigurationError) -> [String] { error.problems.map(sentence) }

/// What is to be said about something wrong in a file.
func sentence(about problem: UserError) -> String {
    guard let place = problem.place else { return saidPlainly(problem) }
    return "cannot use \(place.file ?? "the configuration"): \(problem.message) (\(place))"
}

/// A text with its control characters written out: what comes from a file cannot make a second line.
func oneLine(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\n": out += "\\n"
        case "\r": out += "\\r"
        case "\t": out += " "
        case "\u{0}"..<"\u{20}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}": out += "\u{fffd}"
        default: out.unicodeScalars.append(scalar)
        }
    }
    return out
}
