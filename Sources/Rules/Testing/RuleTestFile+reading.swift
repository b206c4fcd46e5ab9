import Configuration
import Model

/// What there is in a file of tests, and what is wrong with it.
public struct RuleTestFileReading: Sendable {
    /// What could be read.
    public var file: RuleTestFile
    /// What makes the file unusable, by place.
    public var errors: [UserError]
    /// What the user should know, by place.
    public var warnings: [UserError]
}

extension RuleTestFile {
    /// Reads a file of tests; all problems come together. Paths in it start from its own folder.
    public static func read(path: String, files: FileAccess) -> RuleTestFileReading {
        var reading = RuleTestFileReading(file: RuleTestFile(path: path), errors: [], warnings: [])
        do {
            let root = try readDocument(try files.read(path, ReadingLimits.configuration.bytes), file: path)
            let context = DecodingContext(files: files)
            context.including(path) { reading.file = RuleTestFileReader(context: context).file(root, path: path) }
            reading.errors = sortedByPlace(context.errors)
            reading.warnings = sortedByPlace(context.warnings)
        } catch {
            reading.errors = [error]
        }
        return reading
    }
}

/// Makes tests of a document. What is wrong goes to the context.
private struct RuleTestFileReader {
    let context: DecodingContext

    func file(_ root: Node, path: String) -> RuleTestFile {
        let fields = Fields(root, in: context)
        var file = RuleTestFile(path: path)
        if let interval = fields.duration("evaluation_interval"), interval > 0 { file.evaluationInterval = interval }
        file.ruleFiles = fields.list("rule_files", { $0 }).flatMap(paths)
        file.groupOrder = groupOrder(fields)
        file.isFuzzy = fields.bool("fuzzy_compare") ?? false
        file.tests = fields.list("tests") { test($0, defaultInterval: file.evaluationInterval) }
        fields.finish()
        return file
    }

    private func paths(_ pattern: Node) -> [String] {
        guard let text = context.string(pattern) else { return [] }
        let found = context.files.glob(context.path(text))
        if found.isEmpty { context.warn("no file fits `\(text)`", at: pattern.place) }
        return found
    }

    private func groupOrder(_ fields: Fields) -> [String] {
        var seen: Set<[UInt8]> = []
        return fields.list("group_eval_order") { node in
            guard let name = context.string(node) else { return nil }
            if !seen.insert(Array(name.utf8)).inserted {
                context.fail("the group `\(name)` stands twice in `group_eval_order`", at: node.place)
            }
            return name
        }
    }

    private func test(_ node: Node, defaultInterval: Int64) -> RuleTest {
        let fields = Fields(node, in: context)
        let interval = fields.duration("interval") ?? 0
        let test = RuleTest(
            name: fields.string("name") ?? "", place: node.place, interval: interval > 0 ? interval : defaultInterval,
            series: fields.list("input_series", series), externalLabels: Labels(fields.labels("external_labels") ?? []),
            externalURL: fields.string("external_url") ?? "", start: start(fields),
            alerts: fields.list("alert_rule_test", alertExpectation),
            queries: fields.list("promql_expr_test", queryExpectation))
        fields.finish()
        return test
    }

    /// `start_timestamp`: Unix seconds, or a date; in milliseconds.
    private func start(_ fields: Fields) -> Int64 {
        guard let node = fields.node("start_timestamp"), let text = context.string(node) else { return 0 }
        guard let time = PreciseTime(text) else {
            context.fail("cannot read time \(quoted(text)): expected Unix seconds, or RFC 3339", at: node.place)
            return 0
        }
        return time.milliseconds
    }

    private func series(_ node: Node) -> TestSeries {
        let fields = Fields(node, in: context)
        let series = TestSeries(
            labels: fields.string("series") ?? "", values: fields.string("values") ?? "", place: node.place)
        fields.finish()
        return series
    }

    private func alertExpectation(_ node: Node) -> AlertExpectation {
        let fields = Fields(node, in: context)
        let name = fields.required("alertname") ?? ""
        let expectation = AlertExpectation(
            time: fields.duration("eval_time") ?? 0, name: name,
            alerts: fields.list("exp_alerts") { alert($0, name: name) }, place: node.place)
        fields.finish()
        return expectation
    }

    private func alert(_ node: Node, name: String) -> ExpectedAlert {
        let fields = Fields(node, in: context)
        var labels = fields.labels("exp_labels") ?? []
        let annotations = fields.labels("exp_annotations") ?? []
        fields.finish()
        // Every alert has this one; it need not be written.
        labels.removeAll { sameBytes($0.name, AlertInstance.nameLabel) }
        labels.append(Label(AlertInstance.nameLabel, name))
        return ExpectedAlert(labels: sorted(labels), annotations: sorted(annotations))
    }

    private func queryExpectation(_ node: Node) -> QueryExpectation {
        let fields = Fields(node, in: context)
        let expectation = QueryExpectation(
            text: fields.string("expr") ?? "", time: fields.duration("eval_time") ?? 0,
            samples: fields.list("exp_samples", sample), place: node.place)
        fields.finish()
        return expectation
    }

    private func sample(_ node: Node) -> ExpectedSample {
        let fields = Fields(node, in: context)
        let sample = ExpectedSample(
            labels: fields.string("labels") ?? "", value: fields.number("value") ?? 0,
            isHistogram: fields.string("histogram")?.isEmpty == false)
        fields.finish()
        return sample
    }

    private func sorted(_ labels: [Label]) -> [Label] { labels.sorted { bytesPrecede($0.name, $1.name) } }
}
