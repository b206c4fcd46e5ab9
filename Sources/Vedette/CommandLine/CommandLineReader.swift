import Configuration
import Model

/// What the words of a command line come to.
enum ReadCommandLine {
    case run(Command, Invocation)
    case help(String)
}

/// Finds the command and its options among the words of a command line.
struct CommandLineReader {
    let commands: [Command]
    let environment: [String: String]

    /// Reads the words behind the program's name.
    func read(_ words: [String]) throws(UsageError) -> ReadCommandLine {
        var rest = words
        if rest.isEmpty || rest == ["--help"] || rest == ["-h"] || rest == ["help"] { return .help(overview(of: [])) }
        if rest == ["--version"] { rest = ["version"] }
        if rest.first == "help" { rest = rest.dropFirst() + ["--help"] }
        let command = try command(&rest)
        guard let command else { return .help(overview(of: words.filter { !$0.hasPrefix("-") && $0 != "help" })) }
        if asksForHelp(rest) { return .help(command.help) }
        return .run(command, try invocation(of: command, rest))
    }

    /// The command that the first words name, which are taken away; nil when they name a group and ask for help.
    private func command(_ rest: inout [String]) throws(UsageError) -> Command? {
        var candidates = commands
        var depth = 0
        while true {
            if let exact = candidates.first(where: { $0.words.count == depth }), candidates.count == 1 { return exact }
            let known = candidates.compactMap { $0.words.count > depth ? $0.words[depth] : nil }
            let shown = candidates.compactMap { $0.words.count > depth && !$0.isHidden ? $0.words[depth] : nil }
            guard let word = rest.first, !word.hasPrefix("-") else {
                if asksForHelp(rest) { return nil }
                throw UsageError(message: "a command is missing: one of \(unique(shown).joined(separator: ", "))")
            }
            guard known.contains(word) else {
                throw UsageError(message: "unknown command \(quoted(word))\(suggestion(word, shown))")
            }
            candidates.removeAll { $0.words.count <= depth || $0.words[depth] != word }
            rest.removeFirst()
            depth += 1
        }
    }

    /// Whether help is among the words; behind `--` it would be an argument.
    private func asksForHelp(_ words: [String]) -> Bool {
        words.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
    }

    private func invocation(of command: Command, _ words: [String]) throws(UsageError) -> Invocation {
        var values: [String: String] = [:]
        for option in command.options {
            if let value = environment[option.variable], !value.isEmpty { values[option.name] = value }
        }
        var arguments: [String] = []
        var onlyArguments = false
        var at = 0
        while at < words.count {
            let word = words[at]
            at += 1
            if word == "--", !onlyArguments {
                onlyArguments = true
                continue
            }
            guard word.hasPrefix("-"), word != "-", !onlyArguments else {
                arguments.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let option = command.options.first(where: { $0.name == parts[0] }) else {
                throw UsageError(
                    message: "unknown option \(parts[0])\(suggestion(parts[0], command.options.map(\.name)))")
            }
            if option.isFlag, parts.count == 1 {
                values[option.name] = "true"
                continue
            }
            var value = parts.count == 2 ? parts[1] : ""
            // A forgotten value must not swallow the option behind it; one that begins so can be given with `=`.
            if parts.count == 1, at < words.count, !words[at].hasPrefix("--") {
                value = words[at]
                at += 1
            }
            if value.isEmpty { throw UsageError(message: "\(option.name) needs a value: \(option.placeholder)") }
            values[option.name] = value
        }
        let needed = command.arguments.filter { !$0.hasPrefix("[") }
        if arguments.count < needed.count {
            throw UsageError(message: "\(needed[arguments.count]) is missing: \(command.usage)")
        }
        if arguments.count > command.arguments.count, !command.takesMore {
            throw UsageError(message: "unexpected argument \(quoted(arguments[command.arguments.count]))")
        }
        return Invocation(arguments: arguments, values: values)
    }

    /// The commands below some words, a line each.
    private func overview(of words: [String]) -> String {
        let shown = commands.filter { $0.words.starts(with: words) && !$0.isHidden }
        var text = "usage: \((["vedette"] + words).joined(separator: " ")) COMMAND [options]\n\n"
        if words.isEmpty {
            text += "A monitoring appliance in one program and one SQLite file.\n\n"
        }
        let heads = shown.map { ($0.words + $0.arguments).joined(separator: " ") }
        let width = heads.map(\.count).max() ?? 0
        for (head, command) in zip(heads, shown) {
            text += "  \(head)\(String(repeating: " ", count: width + 3 - head.count))\(command.summary)\n"
        }
        return text + "\n`vedette COMMAND --help` says more about a command.\n"
    }
}

private func unique(_ words: [String]) -> [String] {
    var seen: Set<String> = []
    return words.filter { seen.insert($0).inserted }
}

private func suggestion(_ word: String, _ known: [String]) -> String {
    suggestion(for: word, among: known).map { "; did you mean \($0)?" } ?? ""
}
