import Model
import PromQL

/// One test as it is run: time goes forward in steps, at each all groups are evaluated, and what is expected is compared.
struct RuleTestRun {
    private let test: RuleTest
    private let file: RuleTestFile
    private let evaluators: [GroupEvaluator]
    private var states: [RuleGroupState]
    private let options: QueryEngine.Options
    private(set) var failures: [RuleTestFailure] = []

    init(_ test: RuleTest, of file: RuleTestFile, _ groups: [RuleGroup]) {
        self.test = test
        self.file = file
        var options = QueryEngine.Options()
        options.subqueryInterval = file.evaluationInterval
        self.options = options
        var settings = GroupSettings()
        settings.interval = test.interval
        settings.externalLabels = test.externalLabels
        settings.externalURL = test.externalURL
        settings.engine = options
        evaluators = groups.map { GroupEvaluator($0, settings: settings) }
        states = groups.map { RuleGroupState(ruleCount: $0.rules.count) }
    }

    /// The test in words.
    private var title: String { test.name.isEmpty ? "test on line \(test.place.line)" : "test `\(test.name)`" }

    /// Runs it to its end, or until a rule cannot be evaluated.
    mutating func run() {
        do throws(UserError) {
            var storage = try TestStorage(test)
            if try evaluate(&storage) { compareQueries(over: storage) }
        } catch {
            failures.append(RuleTestFailure(error, of: title))
        }
    }

    /// Bounds nobody meets who tests rules; a query that asks for everything shall not fill the memory.
    @Sendable private static func control() -> QueryControl { QueryControl(timeout: 100_000, sampleLimit: 50_000_000) }

    // MARK: Evaluation

    /// Evaluates the groups at every step; false when a rule could not be evaluated.
    private mutating func evaluate(_ storage: inout TestStorage) throws(UserError) -> Bool {
        let last = (test.alerts.map(\.time) + test.queries.map(\.time)).max() ?? 0
        let expectations = test.alerts.enumerated().sorted { a, b in
            (a.element.time, a.offset) < (b.element.time, b.offset)
        }.map(\.element)
        var next = 0
        var time: Int64 = 0
        while time <= last {
            storage.present = test.start.subtractingClamped(-time)
            if !step(at: time, &storage) { return false }
            let following = time.subtractingClamped(-file.evaluationInterval)
            // What is expected between two steps is compared at the first of them.
            while next < expectations.count, expectations[next].time < following {
                compare(expectations[next])
                next += 1
            }
            if following == time { break }
            time = following
        }
        return true
    }

    private mutating func step(at time: Int64, _ storage: inout TestStorage) -> Bool {
        let before = failures.count
        for index in evaluators.indices {
            let state = states[index]
            // The state is given away, so that it is changed in place.
            states[index] = RuleGroupState(ruleCount: 0)
            let evaluation = evaluators[index].evaluate(
                state, at: storage.present, over: storage, control: Self.control)
            states[index] = evaluation.state
            let group = evaluators[index].group
            for sample in evaluation.samples {
                do {
                    try storage.append(sample.labels, sample.sample)
                } catch {
                    if let rule = sample.rule { states[index].rules[rule].fail(error.message) }
                }
            }
            for (rule, state) in zip(group.rules, states[index].rules) where state.health == .err {
                failures.append(
                    RuleTestFailure(
                        place: rule.place, test: title,
                        message: "`\(rule.name)` at \(formatDuration(time)): \(state.lastError)"))
            }
        }
        return failures.count == before
    }

    // MARK: Comparison

    private mutating func compare(_ expectation: AlertExpectation) {
        var found: [ExpectedAlert] = []
        for (evaluator, state) in zip(evaluators, states) {
            for (rule, state) in zip(evaluator.group.rules, state.rules) {
                guard case .alerting(let rule) = rule, sameBytes(rule.name, expectation.name) else { continue }
                for alert in state.instances where alert.state == .firing {
                    found.append(ExpectedAlert(labels: alert.labels.pairs, annotations: alert.annotations))
                }
            }
        }
        let expected = expectation.alerts.sorted { $0.precedes($1) }
        found.sort { $0.precedes($1) }
        if expected.elementsEqual(found, by: { $0.isSame(as: $1) }) { return }
        failures.append(
            RuleTestFailure(
                place: expectation.place, test: title,
                message: "alert `\(expectation.name)` at \(formatDuration(expectation.time)) is not as expected",
                details: comparison(expected.map(\.description), found.map(\.description))))
    }

    private mutating func compareQueries(over storage: TestStorage) {
        for expectation in test.queries {
            let when = "`\(expectation.text)` at \(formatDuration(expectation.time))"
            do throws(UserError) {
                let found = try answer(expectation, over: storage)
                let expected = try expectation.samples.map { sample throws(UserError) in try sample.element() }
                    .sorted { $0.labels < $1.labels }
                if expected.elementsEqual(found, by: { isSame($0, $1) }) { continue }
                failures.append(
                    RuleTestFailure(
                        place: expectation.place, test: title, message: "\(when) is not as expected",
                        details: comparison(expected.map(text), found.map(text))))
            } catch {
                failures.append(
                    RuleTestFailure(
                        place: expectation.place, test: title, message: "\(when): \(error.message)"))
            }
        }
    }

    private func answer(
        _ expectation: QueryExpectation, over storage: TestStorage
    ) throws(UserError) -> [VectorElement] {
        do throws(QueryError) {
            let time = test.start.subtractingClamped(-expectation.time)
            return try QueryEngine(storage, options: options)
                .instant(ParsedQuery(expectation.text), at: time, control: Self.control()).vector()
                .sorted { $0.labels < $1.labels }
        } catch {
            throw UserError(error.description)
        }
    }

    private func isSame(_ a: VectorElement, _ b: VectorElement) -> Bool {
        guard a.labels == b.labels else { return false }
        // As everywhere, what is not a number equals nothing.
        return a.value == b.value || file.isFuzzy && (a.value.nextDown == b.value || a.value.nextUp == b.value)
    }

    private func text(_ element: VectorElement) -> String {
        "\(element.labels) \(formatExpositionValue(element.value))"
    }

    /// What was expected and what came out, side by side.
    private func comparison(_ expected: [String], _ found: [String]) -> [String] {
        func lines(_ title: String, _ texts: [String]) -> [String] {
            guard let first = texts.first else { return ["\(title) none"] }
            return ["\(title) \(first)"] + texts.dropFirst().map { String(repeating: " ", count: title.count + 1) + $0 }
        }
        let hint = expected.contains { $0.hasSuffix(" NaN") } ? ["NaN is not equal to anything, NaN not excepted"] : []
        return lines("expected:", expected) + lines("got:     ", found) + hint
    }
}

extension ExpectedSample {
    /// The sample as a query would answer it.
    fileprivate func element() throws(UserError) -> VectorElement {
        if isHistogram { throw UserError("native histograms are not supported") }
        let isBlank = labels.allSatisfy(\.isWhitespace)
        return VectorElement(labels: isBlank ? .none : try SeriesNotation.labels(labels), value: value)
    }
}

extension ExpectedAlert {
    fileprivate func precedes(_ other: ExpectedAlert) -> Bool {
        let (a, b) = (Labels(sorted: labels), Labels(sorted: other.labels))
        return a == b ? Labels(sorted: annotations) < Labels(sorted: other.annotations) : a < b
    }

    fileprivate func isSame(as other: ExpectedAlert) -> Bool {
        labels == other.labels && annotations == other.annotations
    }

    fileprivate var description: String {
        let said = annotations.isEmpty ? "" : " with annotations \(Labels(sorted: annotations))"
        return "\(Labels(sorted: labels).inBraces)\(said)"
    }
}
