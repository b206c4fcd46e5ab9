import Model
import PromQL

/// Reads scripts line by line.
struct ScriptReader {
    private let lines: [Substring]
    private var at = 0

    init(_ text: String) { lines = text.split(separator: "\n", omittingEmptySubsequences: false) }

    mutating func commands() throws(UserError) -> [Script.Command] {
        var commands: [Script.Command] = []
        while at < lines.count {
            let line = text(at)
            let number = at + 1
            at += 1
            if line.isEmpty { continue }
            do throws(UserError) {
                if line == "clear" {
                    commands.append(.clear)
                } else if line.hasPrefix("load") {
                    commands.append(try load(line))
                } else if line.hasPrefix("eval") {
                    commands.append(.evaluate(try evaluation(line, number)))
                } else {
                    throw UserError("unknown command \(quoted(line))")
                }
            } catch {
                throw error.place == nil ? UserError(error.message, at: Place(line: number, column: 1)) : error
            }
        }
        return commands
    }

    /// A line without white space around it; empty when it is a comment.
    private func text(_ index: Int) -> String {
        let line = trimmed(lines[index])
        return line.hasPrefix("#") ? "" : line
    }

    /// The indented lines that follow a command.
    private mutating func block() -> [(line: Int, text: String)] {
        var block: [(Int, String)] = []
        while at < lines.count, lines[at].first?.isWhitespace == true {
            let line = text(at)
            if line.isEmpty { break }
            block.append((at + 1, line))
            at += 1
        }
        return block
    }

    // MARK: load

    private mutating func load(_ line: String) throws(UserError) -> Script.Command {
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, words[0] == "load" else { throw UserError("expected load STEP, got \(quoted(line))") }
        let step = try duration(String(words[1]))
        var series: [SeriesNotation] = []
        for (number, text) in block() {
            do throws(UserError) {
                series.append(try SeriesNotation(text))
            } catch {
                throw UserError(error.message, at: Place(line: number, column: 1))
            }
        }
        return .load(step: step, series)
    }

    // MARK: eval

    private mutating func evaluation(_ line: String, _ number: Int) throws(UserError) -> Script.Evaluation {
        var words = Words(line)
        let command = words.next()
        var expectations: [Script.Expectation] = []
        switch command {
        case "eval": break
        case "eval_fail": expectations.append(.init(kind: .fail))
        case "eval_warn": expectations.append(.init(kind: .warn))
        case "eval_info": expectations.append(.init(kind: .info))
        case "eval_ordered": expectations.append(.init(kind: .ordered))
        default: throw UserError("unknown command \(quoted(command))")
        }
        let times: Script.Evaluation.Times
        switch words.next() {
        case "instant":
            try words.expect("at")
            times = .instant(try duration(words.next()))
        case "range":
            try words.expect("from")
            let from = try duration(words.next())
            try words.expect("to")
            let to = try duration(words.next())
            try words.expect("step")
            times = .range(from: from, to: to, step: try duration(words.next()))
        default: throw UserError("expected instant or range in \(quoted(line))")
        }
        var evaluation = Script.Evaluation(line: number, times: times, query: words.rest, expectations: expectations)
        try readExpectations(into: &evaluation)
        return evaluation
    }

    private mutating func readExpectations(into evaluation: inout Script.Evaluation) throws(UserError) {
        var series: [SeriesNotation] = []
        var hasSeries = false
        for (number, text) in block() {
            do throws(UserError) {
                if text.hasPrefix("expect ") {
                    try readExpectation(String(text.dropFirst("expect ".count)), into: &evaluation)
                } else if let rest = text.after("expected_fail_message") {
                    evaluation.expectations.append(.init(kind: .fail, wording: .exactly(rest)))
                } else if let rest = text.after("expected_fail_regexp") {
                    evaluation.expectations.append(.init(kind: .fail, wording: .matching(rest)))
                } else if let number = try? SeriesNotation.points(text), number.count == 1, let value = number[0] {
                    evaluation.value = .scalar(value)
                } else {
                    series.append(try SeriesNotation(text))
                    hasSeries = true
                }
            } catch {
                throw UserError(error.message, at: Place(line: number, column: 1))
            }
        }
        if hasSeries { evaluation.value = .series(series) }
    }

    private func readExpectation(_ text: String, into evaluation: inout Script.Evaluation) throws(UserError) {
        if let string = text.after("string") {
            guard case .string(let literal)? = try? ParsedQuery(string).expression else {
                throw UserError("expected a string, got \(quoted(string))")
            }
            evaluation.value = .string(literal.value)
            return
        }
        let word = String(text.prefix { !$0.isWhitespace })
        let rest = trimmed(text.dropFirst(word.count))
        guard let kind = Script.Expectation.Kind(rawValue: word) else {
            throw UserError("unknown expectation \(quoted(text))")
        }
        var expectation = Script.Expectation(kind: kind)
        if let message = rest.after("msg:") {
            expectation.wording = .exactly(message)
        } else if let pattern = rest.after("regex:") {
            expectation.wording = .matching(pattern)
        } else if !rest.isEmpty {
            throw UserError("unknown expectation \(quoted(text))")
        }
        evaluation.expectations.append(expectation)
    }

    /// A duration, or a number of seconds; both may be negative.
    private func duration(_ text: String) throws(UserError) -> Int64 {
        if text.hasPrefix("-") { return -(try duration(String(text.dropFirst()))) }
        if let seconds = Double(text), seconds.magnitude < 1e12 { return Int64((seconds * 1000).rounded()) }
        return try parseDuration(text)
    }
}

/// Takes a line apart from its beginning.
private struct Words {
    private(set) var rest: String

    init(_ text: String) { rest = text }

    mutating func next() -> String {
        let word = String(rest.prefix { !$0.isWhitespace })
        rest = trimmed(rest.dropFirst(word.count))
        return word
    }

    mutating func expect(_ word: String) throws(UserError) {
        let found = next()
        if found != word { throw UserError("expected \(word), got \(quoted(found))") }
    }
}

extension String {
    /// What stands behind a beginning, without white space around it; nil when it begins otherwise.
    fileprivate func after(_ beginning: String) -> String? {
        hasPrefix(beginning) ? trimmed(dropFirst(beginning.count)) : nil
    }
}

private func trimmed(_ text: some StringProtocol) -> String {
    let front = text.drop(while: \.isWhitespace)
    guard let last = front.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(front[...last])
}
