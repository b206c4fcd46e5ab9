import Testing

@testable import Vedette

private let someCommands = [
    Command(words: ["serve"], summary: "Serves.", options: [.config, .data, .logLevel]) { _ in 0 },
    Command(words: ["check", "config"], arguments: ["FILE"], summary: "Checks a file.") { _ in 0 },
    Command(words: ["check", "metrics"], summary: "Checks a text.") { _ in 0 },
    Command(words: ["copy"], arguments: ["FROM", "[TO]"], summary: "Copies.", options: [.data]) { _ in 0 },
    Command(words: ["look"], arguments: ["FILE…"], summary: "Looks at files.") { _ in 0 },
    Command(words: ["version"], summary: "Says the version.") { _ in 0 },
    Command(words: ["itself"], summary: "Is not for people.", isHidden: true) { _ in 0 },
]

/// What a command line comes to, as a text: the command, its arguments, its options; or help, or the mistake.
private func reading(_ line: String, _ environment: [String: String] = [:]) -> String {
    let words = line.split(separator: " ").map { $0 == "''" ? "" : String($0) }
    do throws(UsageError) {
        switch try CommandLineReader(commands: someCommands, environment: environment).read(words) {
        case .help(let text): return "help " + (text.split(separator: "\n").first ?? "")
        case .run(let command, let invocation):
            let options = command.options.compactMap { option in invocation[option].map { "\(option.name)=\($0)" } }
            return (command.words + invocation.arguments + options).joined(separator: " ")
        }
    } catch {
        return "wrong: \(error.message)"
    }
}

@Suite struct CommandLineReaderTests {
    @Test(arguments: [
        ("serve", "serve"),
        ("serve --data a.db", "serve --data=a.db"),
        ("serve --data=a.db", "serve --data=a.db"),
        ("serve --data=a=b", "serve --data=a=b"),
        ("serve --data=--odd", "serve --data=--odd"),
        ("serve --data -", "serve --data=-"),
        ("serve --data a --data b", "serve --data=b"),
        ("serve --log-level debug --config c", "serve --config=c --log-level=debug"),
        ("check config a.yaml", "check config a.yaml"),
        ("check config -", "check config -"),
        ("check config -- --help", "check config --help"),
        ("check config -- --", "check config --"),
        ("check metrics", "check metrics"),
        ("copy a", "copy a"),
        ("copy a b --data d", "copy a b --data=d"),
        ("copy --data d a b", "copy a b --data=d"),
        ("look a", "look a"),
        ("look a b c", "look a b c"),
        ("--version", "version"),
        ("itself", "itself"),
    ])
    func understands(line: String, meaning: String) { #expect(reading(line) == meaning) }

    @Test(arguments: [
        ("", "help usage: vedette COMMAND [options]"),
        ("--help", "help usage: vedette COMMAND [options]"),
        ("-h", "help usage: vedette COMMAND [options]"),
        ("help", "help usage: vedette COMMAND [options]"),
        ("check --help", "help usage: vedette check COMMAND [options]"),
        ("help check", "help usage: vedette check COMMAND [options]"),
        ("serve --help", "help usage: vedette serve [--config FILE] [--data FILE] [--log-level LEVEL]"),
        ("help serve", "help usage: vedette serve [--config FILE] [--data FILE] [--log-level LEVEL]"),
        ("serve --nonsense -h", "help usage: vedette serve [--config FILE] [--data FILE] [--log-level LEVEL]"),
        ("check config --help", "help usage: vedette check config FILE"),
        ("help check config", "help usage: vedette check config FILE"),
    ])
    func helps(line: String, meaning: String) { #expect(reading(line) == meaning) }

    @Test(arguments: [
        ("serv", "wrong: unknown command \"serv\"; did you mean serve?"),
        ("itslef", "wrong: unknown command \"itslef\""),
        ("zzzzzz", "wrong: unknown command \"zzzzzz\""),
        ("help serv", "wrong: unknown command \"serv\"; did you mean serve?"),
        ("check", "wrong: a command is missing: one of config, metrics"),
        ("--data x", "wrong: a command is missing: one of serve, check, copy, look, version"),
        ("check confg", "wrong: unknown command \"confg\"; did you mean config?"),
        ("serve --confg x", "wrong: unknown option --confg; did you mean --config?"),
        ("serve --confg=x", "wrong: unknown option --confg; did you mean --config?"),
        ("version --data x", "wrong: unknown option --data"),
        ("serve -x", "wrong: unknown option -x"),
        ("serve --data", "wrong: --data needs a value: FILE"),
        ("serve --data=", "wrong: --data needs a value: FILE"),
        ("serve --data ''", "wrong: --data needs a value: FILE"),
        ("serve --data --config c", "wrong: --data needs a value: FILE"),
        ("serve surplus", "wrong: unexpected argument \"surplus\""),
        ("copy a b c", "wrong: unexpected argument \"c\""),
        ("check config", "wrong: FILE is missing: vedette check config FILE"),
        ("look", "wrong: FILE… is missing: vedette look FILE…"),
        ("copy", "wrong: FROM is missing: vedette copy FROM [TO] [--data FILE]"),
    ])
    func refuses(line: String, meaning: String) { #expect(reading(line) == meaning) }

    @Test(arguments: [
        ("serve", ["VEDETTE_DATA": "e.db"], "serve --data=e.db"),
        ("serve --data a.db", ["VEDETTE_DATA": "e.db"], "serve --data=a.db"),
        ("serve", ["VEDETTE_DATA": ""], "serve"),
        ("serve", ["VEDETTE_LOG_LEVEL": "warn", "VEDETTE_OTHER": "x"], "serve --log-level=warn"),
        ("version", ["VEDETTE_DATA": "e.db"], "version"),
    ])
    func takesTheEnvironment(line: String, environment: [String: String], meaning: String) {
        #expect(reading(line, environment) == meaning)
    }

    @Test func helpOfACommandNamesItsVariables() throws {
        guard
            case .help(let text) = try CommandLineReader(commands: someCommands, environment: [:]).read(["copy", "-h"])
        else {
            Issue.record("no help")
            return
        }
        #expect(text.contains("Copies.") && text.contains("[VEDETTE_DATA]"))
    }

    /// Two commands of which one is the beginning of the other could not both be called.
    @Test func noCommandHidesAnother() {
        for command in allCommands {
            #expect(
                !allCommands.contains { $0.words.count > command.words.count && $0.words.starts(with: command.words) })
            #expect(Set(command.options.map(\.name)).count == command.options.count)
        }
    }
}
