import CPlatform
import Model

extension ProcessEnd {
    /// Why it is no success, in words; empty when it is one. `milliseconds` is the time that it had.
    func complaint(within milliseconds: Int64) -> String {
        switch manner {
        case .exited(0): ""
        case .exited(let code): "exit code \(code)"
        case .signalled(let signal): "ended by \(signalInWords(signal))"
        case .timedOut where stillRuns: "not over within \(formatDuration(milliseconds)), and it cannot be stopped"
        case .timedOut: "not over within \(formatDuration(milliseconds)), and stopped"
        case .cancelled where stillRuns: "not wanted any more, but it cannot be stopped"
        case .cancelled: "stopped, because it was not wanted any more"
        case .unknown: "nobody could tell how it ended"
        }
    }
}

extension ProcessEnd.Manner {
    /// As the history has it.
    var verdict: AttemptOutcome.Verdict {
        switch self {
        case .exited(0): .succeeded
        case .timedOut: .timedOut
        case .cancelled: .cancelled
        case .exited, .signalled, .unknown: .failed
        }
    }

    /// The exit code, where there is one.
    var code: Int? {
        if case .exited(let code) = self { code } else { nil }
    }
}

/// `signal 11 (SIGSEGV, Segmentation fault)`
private func signalInWords(_ signal: Int32) -> String {
    guard let name = platform_signal_name(signal), let meaning = platform_signal_meaning(signal) else {
        return "signal \(signal)"
    }
    return "signal \(signal) (SIG\(String(cString: name)), \(String(cString: meaning)))"
}
