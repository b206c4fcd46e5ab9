import Configuration
import Model
import Patterns

extension RuleTestFile {
    /// Runs the tests, or those of which the name has a match of `pattern`. Rule files are read when there is something to run.
    ///
    /// It runs on the thread of the caller, which must have a stack of `QueryEngine.stackSize`.
    public func run(only pattern: RuleTestPattern? = nil, files: FileAccess) -> RuleTestReport {
        var report = RuleTestReport()
        let chosen = tests.filter { pattern?.matches($0.name) ?? true }
        if chosen.isEmpty { return report }
        let groups = groups(files, &report)
        if !report.failures.isEmpty { return report }
        for test in chosen {
            report.count += 1
            var run = RuleTestRun(test, of: self, groups)
            run.run()
            report.failures += run.failures
        }
        return report
    }

    /// The groups of all rule files in the order in which they are evaluated: those that are not named come with the first.
    private func groups(_ files: FileAccess, _ report: inout RuleTestReport) -> [RuleGroup] {
        var groups: [RuleGroup] = []
        var seen: Set<[UInt8]> = []
        for path in ruleFiles where seen.insert(Array(path.utf8)).inserted {
            do {
                let reading = RuleFile.read(try files.read(path, ReadingLimits.configuration.bytes), path: path)
                for error in reading.errors { report.failures.append(RuleTestFailure(error, of: nil)) }
                report.warnings += reading.warnings
                groups += reading.file.groups
            } catch {
                report.failures.append(RuleTestFailure(error, of: nil))
            }
        }
        var order: [[UInt8]: Int] = [:]
        for (place, name) in groupOrder.enumerated() { order[Array(name.utf8)] = place }
        return groups.enumerated().sorted { a, b in
            (order[Array(a.element.name.utf8)] ?? 0, a.offset) < (order[Array(b.element.name.utf8)] ?? 0, b.offset)
        }.map(\.element)
    }
}

extension RuleTestFailure {
    init(_ error: UserError, of test: String?) {
        self.init(place: error.place, test: test, message: error.message)
    }
}

/// Which tests are run: those that have a match anywhere in their name.
public struct RuleTestPattern: Sendable {
    private let expression: RegularExpression

    /// Compiles an expression; throws when it is wrong.
    public init(_ text: String) throws(UserError) {
        // By itself, so that a reason speaks of what was written.
        _ = try RegularExpression(text)
        expression = try RegularExpression("(?s:.*)(?:\(text))(?s:.*)")
    }

    func matches(_ name: String) -> Bool { expression.matches(name) }
}
