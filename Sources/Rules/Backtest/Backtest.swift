import Actions
import Model
import PromQL
import Store

/// Goes through the stored past with rules and thresholds: the same machines that judge the present, with times of the past.
public struct Backtest: Sendable {
    /// So many times of a rule are in memory together.
    static let window: Int64 = 500

    /// What is tried out.
    let configuration: JudgingConfiguration
    /// The past.
    let source: any SeriesSource
    let mutings: Mutings

    /// Tries a configuration out on a past.
    public init(_ configuration: JudgingConfiguration, over source: any SeriesSource) throws(UserError) {
        self.configuration = configuration
        self.source = source
        mutings = try Mutings([]) { _ in }
        mutings.configure(configuration.silences, configuration.windows)
    }

    /// Goes from one time to another. It runs on the thread of the caller, which must have a stack of `QueryEngine.stackSize`;
    /// `progress` is told how much of it is done, from 0 to 1.
    public func run(from: Int64, to: Int64, progress: (Double) -> Void = { _ in }) -> BacktestReport {
        var report = BacktestReport(from: from, to: to)
        var events: [AlertEvent] = []
        let groups = configuration.ruleFiles.flatMap(\.groups)
        let parts = Double(max(1, configuration.thresholds.count + groups.count))
        var done = 0.0
        for threshold in configuration.thresholds {
            run(threshold, &report, &events) { progress((done + $0) / parts) }
            done += 1
        }
        for group in groups {
            run(group, &report, &events) { progress((done + $0) / parts) }
            done += 1
        }
        tell(events, &report)
        report.actions.sort { ($0.time, $0.rule, $0.action) < ($1.time, $1.rule, $1.action) }
        return report
    }

    /// Calls `body` for windows of times; the times are those at which a running appliance evaluates.
    func windows(
        _ schedule: GroupSchedule, _ report: BacktestReport, _ body: (_ first: Int64, _ last: Int64) -> Void,
        _ progress: (Double) -> Void
    ) {
        var first = schedule.last(at: report.from)
        if first < report.from { first += schedule.interval }
        let end = schedule.last(at: report.to)
        let length = Double(max(1, end - first))
        var start = first
        while start <= end {
            let last = min(end, start + (Self.window - 1) * schedule.interval)
            body(start, last)
            progress(Double(last - first) / length)
            start = last + schedule.interval
        }
    }
}

/// Something that routes hear of.
struct AlertEvent {
    var time: Int64
    /// The alert; one that does not fire has ended.
    var alert: ActionAlert
}

extension BacktestReport {
    /// Notes a problem of a rule once.
    mutating func note(_ problem: String, of rule: String) {
        let text = "\(rule): \(problem)"
        if problems.count < 100, !problems.contains(text) { problems.append(text) }
    }
}

/// Gathers the states of a rule's series as they change.
struct TimelineBook {
    private var places: [String: Int] = [:]
    private(set) var timelines: [BacktestReport.Timeline] = []

    /// Notes a state; nothing happens when it is the one before.
    mutating func note(
        _ kind: String, _ rule: String, _ labels: Labels, _ state: String, _ value: Double?, at time: Int64
    ) {
        let key = "\(kind)/\(rule)/\(labels)"
        let place = places[key] ?? timelines.count
        if place == timelines.count {
            places[key] = place
            timelines.append(.init(kind: kind, rule: rule, labels: labels))
        }
        if timelines[place].changes.last?.state == state { return }
        timelines[place].changes.append(.init(time: time, state: state, value: value))
    }

    /// All of them, by the rules in their order and by labels.
    func sorted() -> [BacktestReport.Timeline] {
        timelines.enumerated().sorted { a, b in
            if a.element.rule == b.element.rule { return a.element.labels < b.element.labels }
            return a.offset < b.offset
        }.map(\.element)
    }
}
