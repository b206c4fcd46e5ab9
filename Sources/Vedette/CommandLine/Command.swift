/// One command: how it is called, and what it does.
struct Command: Sendable {
    /// The words behind `vedette`.
    let words: [String]
    /// What it needs besides options, as the help shows it: `["FILE"]`. One in brackets may be left out; of one with an ellipsis
    /// there may be several.
    var arguments: [String] = []
    /// One line about it.
    let summary: String
    var options: [Option] = []
    /// What else the help says, below the options.
    var details = ""
    /// Whether it is for the program itself, and no help tells of it.
    var isHidden = false
    /// Does it; the result is the exit code.
    let run: @Sendable (Invocation) async throws -> Int32

    /// Whether there may be more arguments than are named.
    var takesMore: Bool { arguments.last?.hasSuffix("…") ?? false }

    /// `vedette check config FILE [--data FILE]`
    var usage: String {
        let shown = options.map { "[\($0.shown)]" }
        return (["vedette"] + words + arguments + shown).joined(separator: " ")
    }

    /// Everything about it.
    var help: String {
        var text = "usage: \(usage)\n\n\(summary)\n"
        if options.isEmpty { return text + details }
        text += "\noptions (each can be given in the environment too):\n"
        let width = options.map(\.shown.count).max() ?? 0
        for option in options {
            text +=
                "  \(option.shown)\(String(repeating: " ", count: width + 2 - option.shown.count))\(option.help) [\(option.variable)]\n"
        }
        return text + details
    }
}

/// A command as it was called.
struct Invocation: Sendable {
    /// The arguments besides options.
    var arguments: [String]
    private var values: [String: String]

    init(arguments: [String], values: [String: String]) {
        self.arguments = arguments
        self.values = values
    }

    /// The value of an option, from the command line or the environment.
    subscript(option: Option) -> String? { values[option.name] }

    /// Whether a flag is on.
    func has(_ flag: Option) -> Bool { values[flag.name].map { $0 != "false" && $0 != "0" } ?? false }
}

/// The command line was wrong: the exit code is 2.
struct UsageError: Error {
    let message: String
}
