import Model
import PromQL
import Templates

/// One evaluation of a group as it goes on.
struct GroupRun {
    var evaluation: GroupEvaluation
    let source: any SeriesSource
    let settings: GroupSettings
    /// The time that queries are evaluated for and samples have.
    let sampleTime: Int64
    let limit: Int64
    /// Bounds a query.
    let control: @Sendable () -> QueryControl
    /// Answers to rules' queries that are known already.
    let answers: (Int) -> [VectorElement]?
    /// What earlier rules have recorded that later ones may see.
    private var recorded = MemorySource()
    /// The samples that end a series, by their places.
    private var endings: [Int] = []

    init(
        evaluation: GroupEvaluation, source: any SeriesSource, settings: GroupSettings, sampleTime: Int64,
        limit: Int64, control: @escaping @Sendable () -> QueryControl, answers: @escaping (Int) -> [VectorElement]?
    ) {
        self.evaluation = evaluation
        self.source = source
        self.settings = settings
        self.sampleTime = sampleTime
        self.limit = limit
        self.control = control
        self.answers = answers
    }

    /// Evaluates one rule. When it throws, everything is as it was before, and no samples come of it.
    mutating func evaluate(
        _ rule: Rule, at place: Int, seesEarlier: Bool, isSeenLater: Bool
    ) throws(UserError) {
        let vector: [VectorElement]
        if let known = answers(place) {
            vector = known
        } else {
            vector = try self.vector(rule.query, seesEarlier ? sourceWithRecorded : source)
        }
        let first = evaluation.samples.count
        switch rule {
        case .recording(let rule): try record(rule, at: place, vector)
        case .alerting(let rule): try judge(rule, at: place, vector)
        }
        endVanished(at: place, written: first..<evaluation.samples.count)
        if isSeenLater {
            for sample in evaluation.samples[first...] { recorded.add(sample.labels, sample.sample) }
        }
    }

    /// What is left to do behind the last rule.
    mutating func finish() {
        for labels in evaluation.state.departed {
            endings.append(evaluation.samples.count)
            evaluation.samples.append(RuleSample(labels: labels, sample: Sample(sampleTime, staleMarker)))
        }
        evaluation.state.departed = []
        if endings.isEmpty { return }
        // A series that another rule writes now has not ended.
        let written = Set(evaluation.samples.lazy.filter { !isStale($0.sample.value) }.map(\.labels))
        let wrong = Set(endings.filter { written.contains(evaluation.samples[$0].labels) })
        if wrong.isEmpty { return }
        evaluation.samples = evaluation.samples.enumerated().filter { !wrong.contains($0.offset) }.map(\.element)
    }

    // MARK: Kinds of rules

    private mutating func record(_ rule: RecordingRule, at place: Int, _ vector: [VectorElement]) throws(UserError) {
        var written: [Labels] = []
        written.reserveCapacity(vector.count)
        for element in vector {
            written.append(rule.labels(of: element.labels))
        }
        if written.count > 1, Set(written).count < written.count {
            throw UserError("vector contains metrics with the same labelset after applying rule labels")
        }
        if limit > 0, written.count > limit {
            throw UserError("exceeded limit of \(limit) with \(written.count) series")
        }
        for (labels, element) in zip(written, vector) { write(labels, element.value, place) }
    }

    private mutating func judge(_ rule: AlertingRule, at place: Int, _ vector: [VectorElement]) throws(UserError) {
        let before = evaluation.state.rules[place].instances
        if vector.isEmpty, before.isEmpty { return }
        let step = try rule.judged(before, with: alerts(of: rule, at: place, vector), at: evaluation.time)
        let active = step.activeCount
        if limit > 0, active > limit {
            // As in Prometheus: what cannot be told whole is not told at all, and begins anew.
            evaluation.changes += before.map { RuleChange(rule: place, change: AlertChange(before: $0, after: nil)) }
            evaluation.state.rules[place].instances = []
            throw UserError("exceeded limit of \(limit) with \(active) alerts")
        }
        evaluation.changes += step.changes.map { RuleChange(rule: place, change: $0) }
        evaluation.state.rules[place].instances = step.instances
        for alert in step.instances where alert.state != .inactive {
            write(rule.series(of: alert), 1, place)
            write(rule.sinceSeries(of: alert), alert.since, place)
        }
    }

    private mutating func alerts(of rule: AlertingRule, at place: Int, _ vector: [VectorElement]) -> [ActiveAlert] {
        if vector.isEmpty { return [] }
        var templates = AlertTemplates(externalLabels: settings.externalLabels, environment: environment)
        let alerts = templates.alerts(of: rule, vector)
        for failure in templates.failures { evaluation.notes.append(RuleNote(rule: place, text: failure)) }
        return alerts
    }

    // MARK: Samples

    private mutating func write(_ labels: Labels, _ value: Double, _ place: Int) {
        evaluation.samples.append(RuleSample(labels: labels, sample: Sample(sampleTime, value), rule: place))
    }

    /// Ends the series that a rule wrote the last time and does not write now.
    private mutating func endVanished(at place: Int, written range: Range<Int>) {
        let before = evaluation.state.rules[place].series
        let isSame =
            before.count == range.count && zip(before, evaluation.samples[range]).allSatisfy { $0 == $1.labels }
        if isSame { return }
        let now = evaluation.samples[range].map(\.labels)
        let kept = before.isEmpty ? [] : Set(now)
        for labels in before where !kept.contains(labels) {
            endings.append(evaluation.samples.count)
            write(labels, staleMarker, place)
        }
        evaluation.state.rules[place].series = now
    }

    // MARK: Queries

    /// The source with what earlier rules have recorded.
    private var sourceWithRecorded: any SeriesSource {
        recorded.isEmpty ? source : OverlaySource(base: source, overlay: recorded)
    }

    private func vector(_ query: ParsedQuery, _ source: any SeriesSource) throws(UserError) -> [VectorElement] {
        do throws(QueryError) {
            return try QueryEngine(source, options: settings.engine)
                .instant(query, at: sampleTime, control: control()).vector()
        } catch {
            throw UserError(error.description)
        }
    }

    /// What templates may ask for: queries for the time of the evaluation itself.
    private var environment: TemplateEnvironment {
        let engine = QueryEngine(sourceWithRecorded, options: settings.engine)
        let (time, control) = (evaluation.time, control)
        return TemplateEnvironment(now: time, externalURL: settings.externalURL) { text in
            let result = try engine.instant(ParsedQuery(text), at: time, control: control())
            return try result.vector().map { ($0.labels, $0.value) }
        }
    }
}

extension RecordingRule {
    /// The labels under which a series is recorded.
    func labels(of series: Labels) -> Labels {
        var recorded = series
        recorded.set(Labels.metricName, metric)
        for label in labels { recorded.set(label.name, label.value) }
        return recorded
    }
}

extension QueryResult {
    /// The series of an instant vector; a number is one without labels.
    func vector() throws(QueryError) -> [VectorElement] {
        switch value {
        case .vector(let elements, _): return elements
        case .scalar(let number, _): return [VectorElement(labels: .none, value: number)]
        case .string, .matrix: throw .execution("rule result is not a vector or scalar")
        }
    }
}
