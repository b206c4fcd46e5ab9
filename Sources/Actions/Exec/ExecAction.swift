import Model
import Threads

/// `exec`: runs a program, without a shell in between.
public struct ExecAction: Action, Sendable {
    /// What the program can read from its standard input.
    public enum Input: String, Sendable, CaseIterable {
        /// The event as JSON.
        case event
        /// Nothing.
        case none
    }

    /// The program and its arguments. A program without a slash is looked for in `PATH`.
    public var argv: [String]
    /// Variables of the environment besides the appliance's own and those of the event.
    public var environment: [String: String] = [:]
    /// The folder that it begins in; nil for the appliance's own.
    public var directory: String?
    /// What it can read.
    public var input = Input.event
    /// The appliance's own variables.
    public var inherited: [String: String] = [:]

    /// A program with its arguments.
    public init(argv: [String], inherited: [String: String]) {
        self.argv = argv
        self.inherited = inherited
    }

    /// Looks for the program and the folder.
    public func check() async throws(UserError) {
        try await TimedWork().look(at: argv.first ?? "") { () throws(UserError) in
            _ = try findProgram(argv.first ?? "", inFoldersOf: searchPath)
            if let directory { try checkFolder(directory) }
        }
    }

    /// The command line, the folder, the input, and the variables.
    public func plan(_ event: ActionEvent) throws(UserError) -> String {
        var text = "run \(argv.map(quotedWord).joined(separator: " "))"
        if let directory { text += " in \(directory)" }
        text += input == .event ? " with the event as JSON on its standard input" : " without input"
        text += ", and in its environment"
        let variables = environment.merging(event.environment) { _, event in event }
        for (name, value) in variables.sorted(by: { bytesPrecede($0.key, $1.key) }) {
            text += "\n  \(name)=\(quotedWord(value))"
        }
        return text
    }

    /// Runs the program: exit code 0 is a success.
    public func perform(_ event: ActionEvent, within milliseconds: Int64) async -> AttemptOutcome {
        var order = ProcessOrder(program: argv.first ?? "", arguments: argv)
        order.searchPath = searchPath
        order.environment = inherited.merging(environment) { _, ours in ours }
            .merging(event.environment) { _, event in event }
        order.directory = directory.map(absolute)
        order.input = input == .event ? event.json : nil
        do throws(UserError) {
            let end = try await run(order, within: milliseconds)
            return AttemptOutcome(
                end.manner.verdict, code: end.manner.code, output: end.output,
                error: end.complaint(within: milliseconds))
        } catch {
            return AttemptOutcome(.failed, error: error.message)
        }
    }

    /// As the program itself will have it.
    private var searchPath: String? { environment["PATH"] ?? inherited["PATH"] }
}

/// A word for people to read: in quotes where its ends would not be seen.
private func quotedWord(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { isLetterOrDigit($0) || "_-./:=+,@%".utf8.contains($0) }
    return isPlain && !text.isEmpty ? text : quotedAsGo(text)
}
