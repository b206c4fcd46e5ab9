import Actions
import Model
import PromQL

extension Backtest {
    /// Goes through the past with a group of a rule file. What its rules record is seen by those behind them, as it would have been.
    func run(
        _ group: RuleGroup, _ report: inout BacktestReport, _ events: inout [AlertEvent], _ progress: (Double) -> Void
    ) {
        let evaluator = GroupEvaluator(group, settings: configuration.groups)
        let schedule = GroupSchedule(name: KeptRuleGroup.name(of: group), interval: evaluator.interval)
        var state = RuleGroupState(ruleCount: group.rules.count)
        var recorded = MemorySource()
        var book = TimelineBook()
        var firing: [Labels: ActionAlert] = [:]
        var found = report
        let limit = configuration.sampleLimit
        windows(schedule, report) { first, last in
            let answers = answers(evaluator, from: first, to: last, &recorded, &found)
            var now = first
            while now <= last {
                let step = Int((now - first) / evaluator.interval)
                let evaluation = evaluator.evaluate(
                    state, at: now, over: OverlaySource(base: source, overlay: recorded),
                    control: { QueryControl(timeout: .max, sampleLimit: limit) },
                    answers: { place in
                        answers[place].flatMap { $0.vectors.indices.contains(step) ? $0.vectors[step] : nil }
                    })
                state = evaluation.state
                found.evaluations += group.rules.count
                for note in evaluation.notes where group.rules.indices.contains(note.rule) {
                    found.note(note.text, of: group.rules[note.rule].name)
                }
                for change in evaluation.changes { book.note(change, of: group, at: now) }
                note(firingAlerts(group, state), &firing, &events, at: now)
                now += evaluator.interval
            }
        } _: {
            progress($0)
        }
        found.timelines += book.sorted()
        report = found
    }

    /// The answers of all rules for a window of times; nil where the query failed, which evaluating says then.
    private func answers(
        _ evaluator: GroupEvaluator, from first: Int64, to last: Int64, _ recorded: inout MemorySource,
        _ report: inout BacktestReport
    ) -> [StepColumns?] {
        var answers: [StepColumns?] = []
        for rule in evaluator.group.rules {
            let engine = QueryEngine(
                OverlaySource(base: source, overlay: recorded), options: configuration.groups.engine)
            do throws(QueryError) {
                let columns = try StepColumns(
                    rule.query, from: first.after(-evaluator.queryOffset), to: last.after(-evaluator.queryOffset),
                    step: evaluator.interval, engine: engine, sampleLimit: configuration.sampleLimit)
                answers.append(columns)
                guard case .recording(let recording) = rule else { continue }
                for (step, vector) in columns.vectors.enumerated() {
                    let time = first.after(-evaluator.queryOffset) + Int64(step) * evaluator.interval
                    for element in vector {
                        recorded.add(recording.labels(of: element.labels), [Sample(time, element.value)])
                    }
                }
            } catch {
                report.note(error.description, of: rule.name)
                answers.append(nil)
            }
        }
        return answers
    }

    private func firingAlerts(_ group: RuleGroup, _ state: RuleGroupState) -> [ActionAlert] {
        state.rules.flatMap { rule in
            rule.instances.filter { $0.state == .firing }.map { instance in
                var alert = ActionAlert()
                alert.labels = instance.labels
                alert.annotations = Labels(instance.annotations)
                alert.startsAt = instance.firedAt ?? instance.activeAt
                alert.value = instance.value
                return alert
            }
        }
    }
}

extension TimelineBook {
    fileprivate mutating func note(_ change: RuleChange, of group: RuleGroup, at now: Int64) {
        guard group.rules.indices.contains(change.rule),
            let alert = change.change.after ?? change.change.before
        else { return }
        // What is kept only so that its end can be told is as inactive as what is gone.
        let state = change.change.after?.state ?? .inactive
        note(
            "alert", group.rules[change.rule].name, alert.labels, state.rawValue,
            state == .inactive ? nil : alert.value, at: now)
    }
}
