import Configuration
import Glibc
import Model
import PromQL
import Rules
import Threads

extension Option {
    fileprivate static let run = Option(
        name: "--run", placeholder: "REGEX", help: "only tests with a match in their name (default: all)")
}

let checkRulesCommand = Command(
    words: ["check", "rules"], arguments: ["FILE…"], summary: "check rule files of Prometheus's; nothing else happens"
) { invocation in
    // Expressions and templates stand in each other as deeply as their readers let them.
    try await onThread(name: "rules", stackSize: QueryEngine.stackSize) {
        invocation.arguments.reduce(0) { max($0, checkRules($1)) }
    }
}

let testRulesCommand = Command(
    words: ["test", "rules"], arguments: ["FILE…"], summary: "run unit tests of rules, in Prometheus's format",
    options: [.run]
) { invocation in
    let pattern = try invocation[.run].map { text throws(UserError) in try RuleTestPattern(text) }
    return try await onThread(name: "rules", stackSize: QueryEngine.stackSize) {
        invocation.arguments.reduce(0) { max($0, testRules($1, only: pattern)) }
    }
}

/// Checks a rule file and says what is wrong with it; the exit code.
private func checkRules(_ path: String) -> Int32 {
    let reading: RuleFileReading
    do {
        reading = RuleFile.read(try FileAccess.system.read(path, ReadingLimits.configuration.bytes), path: path)
    } catch {
        complain(sentence(about: error))
        return 1
    }
    for warning in reading.warnings { complain("warning: \(warning)") }
    for error in reading.errors { complain(sentence(about: error)) }
    guard reading.errors.isEmpty else { return 1 }
    let rules = counted(reading.file.ruleCount, "rule")
    write("\(path) is valid: \(rules) in \(counted(reading.file.groups.count, "group"))\n", to: STDOUT_FILENO)
    return 0
}

/// Runs the tests of a file and says what did not come out as expected; the exit code.
private func testRules(_ path: String, only pattern: RuleTestPattern?) -> Int32 {
    let reading = RuleTestFile.read(path: path, files: .system)
    for warning in reading.warnings { complain("warning: \(warning)") }
    for error in reading.errors { complain(sentence(about: error)) }
    guard reading.errors.isEmpty else { return 1 }
    let report = reading.file.run(only: pattern, files: .system)
    for warning in report.warnings { complain("warning: \(warning)") }
    for line in report.failures.flatMap(\.lines) { write("\(oneLine(line))\n", to: STDOUT_FILENO) }
    let tests = counted(report.count, "test")
    guard report.failures.isEmpty else {
        write("\(path) failed: \(counted(report.failures.count, "failure")) in \(tests)\n", to: STDOUT_FILENO)
        return 1
    }
    write("\(path) passed: \(tests)\n", to: STDOUT_FILENO)
    return 0
}

private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(count == 1 ? noun : noun + "s")" }
