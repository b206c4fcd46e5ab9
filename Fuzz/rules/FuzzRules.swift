// Throws arbitrary bytes at rule files and at files of unit tests: reading them, and evaluating what could be read.

import Configuration
import Model
import PromQL
import Rules

func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    let reading = RuleFile.read(input, path: "rules.yml")
    for problem in reading.errors + reading.warnings { examine(problem) }
    if reading.errors.isEmpty { for group in reading.file.groups { evaluate(group) } }
    runTests(input)
    return 0
}

let source: MemorySource = {
    var source = MemorySource()
    for instance in 0..<3 {
        source.add(
            ["__name__": "x", "i": String(instance)],
            (0..<20).map { Sample(Int64($0) * 60_000, $0 % 7 == instance ? staleMarker : Double($0 * instance)) })
    }
    return source
}()

/// Whatever the rules are, what they write is in order, and their alerts can be told apart.
func evaluate(_ group: RuleGroup) {
    let evaluator = GroupEvaluator(group, settings: GroupSettings())
    var state = RuleGroupState(ruleCount: group.rules.count)
    for minute in 0..<3 {
        let evaluation = evaluator.evaluate(state, at: Int64(minute) * 300_000, over: source) {
            QueryControl(timeout: 1000, sampleLimit: 20_000)
        }
        state = evaluation.state
        for sample in evaluation.samples {
            require(!sample.labels.metric.isEmpty, "a series without a name")
            require(!sample.labels.pairs.contains { $0.value.isEmpty }, "an empty label")
        }
        for rule in state.rules {
            require(Set(rule.instances.map(\.labels)).count == rule.instances.count, "two alerts with the same labels")
            require(Set(rule.series).count == rule.series.count, "two series with the same labels")
            require(
                (rule.health == .err) == !rule.lastError.isEmpty, "an error without a reason, or the other way round")
        }
        require(evaluator.report(state).rules.count == group.rules.count, "a rule is missing in the report")
    }
}

/// Tests that do not take long by themselves end, whatever else they are.
func runTests(_ input: [UInt8]) {
    let files = FileAccess(
        read: { (path, _) throws(UserError) in
            if path == "tests.yml" { return input }
            throw UserError("cannot read \(path): there is nothing else")
        }, glob: { _ in [] })
    let reading = RuleTestFile.read(path: "tests.yml", files: files)
    for problem in reading.errors + reading.warnings { examine(problem) }
    let isShort =
        reading.file.evaluationInterval >= 10_000
        && reading.file.tests.allSatisfy { test in
            (test.alerts.map(\.time) + test.queries.map(\.time)).allSatisfy { $0 <= 600_000 }
                && test.series.allSatisfy { !hasLongNumber($0.values) }
        }
    guard reading.errors.isEmpty, isShort else { return }
    for failure in reading.file.run(files: files).failures {
        require(!failure.message.isEmpty, "a failure without words")
    }
}

/// Whether there are four digits behind each other: a repetition of that length takes its time.
func hasLongNumber(_ text: String) -> Bool {
    var digits = 0
    for byte in text.utf8 {
        digits = byte &- UInt8(ascii: "0") < 10 ? digits + 1 : 0
        if digits > 3 { return true }
    }
    return false
}

func examine(_ problem: UserError) {
    require(!problem.message.isEmpty, "a problem without words")
    require(problem.place.map { $0.line >= 1 && $0.column >= 1 } == true, "a problem without a place: \(problem)")
}

func require(_ condition: Bool, _ message: String) {
    if !condition { preconditionFailure(message) }
}
