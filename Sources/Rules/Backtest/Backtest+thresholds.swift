import Actions
import Model
import PromQL
import Store

extension Backtest {
    /// Goes through the past with a threshold, whose actions all succeed at once.
    func run(
        _ configured: ThresholdsSection.Configured, _ report: inout BacktestReport, _ events: inout [AlertEvent],
        _ progress: (Double) -> Void
    ) {
        let threshold = configured.threshold
        let key = ThresholdGroupKey(source: nil, interval: configured.interval)
        let schedule = GroupSchedule(name: key.plainName, interval: configured.interval)
        let group = ThresholdGroup(id: 1, name: threshold.name, interval: configured.interval, thresholds: [threshold])
        let engine = QueryEngine(source, options: configuration.queries)
        let numbers = ActionNumbers(after: 0, appliance: "")
        var ends: [Int64: JudgingRound.End] = [:]
        var book = TimelineBook()
        var firing: [Labels: ActionAlert] = [:]
        var found = report
        windows(schedule, report) { first, last in
            let columns: StepColumns
            do throws(QueryError) {
                columns = try StepColumns(
                    threshold.query, from: first, to: last, step: configured.interval, engine: engine,
                    sampleLimit: configuration.sampleLimit)
            } catch {
                found.note(error.description, of: threshold.name)
                return
            }
            for (step, vector) in columns.vectors.enumerated() {
                let now = first + Int64(step) * configured.interval
                found.evaluations += 1
                var round = JudgingRound(
                    turn: .alone, muting: { mutings.reason(for: $0, at: now) }, end: { [ends] in ends[$0] },
                    numbers: numbers,
                    externalURL: configuration.groups.externalURL)
                let clocks = ClockReading(wall: now, steady: now, boot: "")
                group.evaluate([.vector(vector)], at: now, clocks: clocks, in: &round)
                ends = Dictionary(
                    round.decided.map { action in
                        let cause = ThresholdWish.Cause(rawValue: action.cause) ?? .enter
                        return (action.id, JudgingRound.End(succeeded: true, cause: cause, at: now))
                    }, uniquingKeysWith: { first, _ in first })
                note(round.changes, group, &book, &found, at: now)
                note(group.alerts(externalURL: configuration.groups.externalURL), &firing, &events, at: now)
            }
        } _: {
            progress($0)
        }
        found.timelines += book.sorted()
        report = found
    }

    private func note(
        _ changes: [JudgingChange], _ group: ThresholdGroup, _ book: inout TimelineBook,
        _ report: inout BacktestReport, at now: Int64
    ) {
        for change in changes {
            switch change {
            case .action(let action):
                report.actions.append(
                    .init(
                        time: now, action: action.action, rule: action.rule, cause: action.cause, state: action.state,
                        labels: readLabels(action.series), value: action.value, alerts: 1,
                        silencedBy: action.outcome == .silenced ? action.note : nil))
            default: break
            }
        }
        for status in group.states() {
            let value = status.missingSince == nil ? status.value : nil
            book.note("threshold", status.threshold, status.labels, status.state, value, at: now)
        }
    }

    /// Notes which alerts began to fire, and which fire no more.
    func note(
        _ alerts: [ActionAlert], _ firing: inout [Labels: ActionAlert], _ events: inout [AlertEvent], at now: Int64
    ) {
        var still: [Labels: ActionAlert] = [:]
        for alert in alerts where alert.isFiring {
            still[alert.labels] = alert
            if firing[alert.labels] == nil { events.append(AlertEvent(time: now, alert: alert)) }
        }
        for (labels, alert) in firing where still[labels] == nil {
            var ended = alert
            ended.isFiring = false
            ended.endsAt = now
            events.append(AlertEvent(time: now, alert: ended))
        }
        firing = still
    }
}
