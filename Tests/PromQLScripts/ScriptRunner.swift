import Model
import Patterns
import PromQL

/// Runs scripts against the engine.
public struct ScriptRunner {
    /// What came out otherwise than expected.
    public struct Failure: CustomStringConvertible {
        /// The line of the evaluation.
        public var line: Int
        /// The query, and in what its answer differs.
        public var reason: String

        /// `LINE: REASON`
        public var description: String { "\(line): \(reason)" }
    }

    /// How a script went.
    public struct Outcome {
        /// The number of evaluations that came out as expected.
        public internal(set) var passed = 0
        /// The ones that did not.
        public internal(set) var failures: [Failure] = []
    }

    private var source = MemorySource()

    private init() {}

    /// Runs a script from an empty state.
    public static func run(_ script: Script) -> Outcome {
        var runner = ScriptRunner()
        var outcome = Outcome()
        for command in script.commands {
            switch command {
            case .clear: runner.source = MemorySource()
            case .load(let step, let series): runner.load(series, step)
            case .evaluate(let evaluation):
                if let reason = runner.check(evaluation) {
                    outcome.failures.append(Failure(line: evaluation.line, reason: "\(evaluation.query): \(reason)"))
                } else {
                    outcome.passed += 1
                }
            }
        }
        return outcome
    }

    private mutating func load(_ series: [SeriesNotation], _ step: Int64) {
        // Of two lines for one series the later counts.
        let latest = Dictionary(series.enumerated().map { ($1.labels, $0) }) { max($0, $1) }
        for (index, line) in series.enumerated() where latest[line.labels] == index {
            let samples = line.points.enumerated().compactMap { index, value in
                value.map { Sample(Int64(index) * step, $0) }
            }
            source.add(line.labels, samples)
        }
    }

    // MARK: Evaluating

    private var engine: QueryEngine {
        var options = QueryEngine.Options()
        // The scripts were made for an engine with this switched on.
        options.delaysNameRemoval = true
        return QueryEngine(source, options: options)
    }

    private func evaluate(_ query: String, _ times: Script.Evaluation.Times) throws(QueryError) -> QueryResult {
        let query = try ParsedQuery(query)
        let control = QueryControl(timeout: 100_000, sampleLimit: 10_000_000)
        switch times {
        case .instant(let time): return try engine.instant(query, at: time, control: control)
        case .range(let from, let to, let step):
            return try engine.range(query, from: from, to: to, step: step, control: control)
        }
    }

    /// Why an evaluation did not come out as expected; nil when it did.
    private func check(_ evaluation: Script.Evaluation) -> String? {
        let result: QueryResult
        do throws(QueryError) {
            result = try evaluate(evaluation.query, evaluation.times)
        } catch {
            guard evaluation.mustFail else { return "failed: \(error)" }
            return wrong(["\(error)"], evaluation, .fail)
        }
        if evaluation.mustFail { return "did not fail" }
        if let reason = wrong(result.warnings, evaluation, .warn) ?? wrong(result.infos, evaluation, .info) {
            return reason
        }
        if evaluation.expectations.contains(where: { $0.kind == .noWarning }), let warning = result.warnings.first {
            return "unexpected warning: \(warning)"
        }
        if evaluation.expectations.contains(where: { $0.kind == .noInfo }), let info = result.infos.first {
            return "unexpected info: \(info)"
        }
        return Comparison(evaluation).difference(result.value) ?? checkAsRange(evaluation)
    }

    /// What an instant query answers, a range query answers at the same time too.
    private func checkAsRange(_ evaluation: Script.Evaluation) -> String? {
        guard case .instant(let time) = evaluation.times, case .series = evaluation.value,
            case .success(let query) = Result(catching: { try ParsedQuery(evaluation.query) }),
            query.expression.type == .vector || query.expression.type == .scalar
        else { return nil }
        do throws(QueryError) {
            let result = try evaluate(
                evaluation.query, .range(from: time - 60_000, to: time + 60_000, step: 60_000))
            guard case .matrix(let series) = result.value else { return "as a range query: no matrix" }
            return Comparison(evaluation).difference(series, onlyAt: time).map { "as a range query: \($0)" }
        } catch {
            return "as a range query: failed: \(error)"
        }
    }

    /// Whether messages of a kind are missing, or worded otherwise than expected.
    private func wrong(
        _ messages: [String], _ evaluation: Script.Evaluation, _ kind: Script.Expectation.Kind
    ) -> String? {
        let expected = evaluation.expectations.filter { $0.kind == kind }
        if expected.isEmpty { return nil }
        if messages.isEmpty { return "no \(kind.rawValue), though one is expected" }
        for message in messages where !expected.contains(where: { fits(message, $0.wording) }) {
            return "unexpected \(kind.rawValue): \(message)"
        }
        for one in expected where !messages.contains(where: { fits($0, one.wording) }) {
            return "missing \(kind.rawValue) \(one.wording), got \(messages)"
        }
        return nil
    }

    private func fits(_ message: String, _ wording: Script.Expectation.Wording) -> Bool {
        switch wording {
        case .any: true
        case .exactly(let text): text == message
        case .matching(let pattern):
            (try? RegularExpression("(?s:.*)(?:\(pattern))(?s:.*)"))?.matches(message) ?? false
        }
    }
}
