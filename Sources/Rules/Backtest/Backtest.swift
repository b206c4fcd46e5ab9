import Actions
import Model
import PromQL
import Store

/// Goes through the stored past with rules and thresholds: the same machines that judge the present, with times of the past.
///
/// Each rule and each threshold is a trial. The past is gone through in windows; within one, a trial that asks for what others record
/// comes behind them, and its query is asked for all times of the window at once where that means the same as asking for each.
public struct Backtest: Sendable {
    /// What is tried out.
    let configuration: JudgingConfiguration
    /// The past.
    let source: any SeriesSource
    let mutings: Mutings
    /// About as many values are in memory together.
    let mostValues: Int

    /// Tries a configuration out on a past.
    public init(_ configuration: JudgingConfiguration, over source: any SeriesSource) throws(UserError) {
        try self.init(configuration, over: source, mostValues: 2_000_000)
    }

    init(_ configuration: JudgingConfiguration, over source: any SeriesSource, mostValues: Int) throws(UserError) {
        self.configuration = configuration
        self.source = source
        self.mostValues = mostValues
        mutings = try Mutings([]) { _ in }
        mutings.configure(configuration.silences, configuration.windows)
    }

    /// Goes from one time to another. It runs on the thread of the caller, which must have a stack of `QueryEngine.stackSize`;
    /// `progress` is told how much of it is done, from 0 to 1.
    public func run(from: Int64, to: Int64, progress: (Double) -> Void = { _ in }) -> BacktestReport {
        var run = BacktestRun(self, from: from)
        var length = WindowLength(of: run.trials.map(\.traits.schedule.interval), mostValues: mostValues)
        var actions: [BacktestReport.Act] = []
        var routes = TriedRoutes(configuration.routes, mutings)
        var start = from
        while start <= to {
            let end = min(to, start.after(length.milliseconds - 1))
            let span = Double(max(1, to.subtractingClamped(from)))
            let (done, part) = (Double(start - from) / span, Double(end - start) / span)
            var found = run.judge(from: start, to: end) { progress(done + part * $0) }
            routes.tell(found.events, until: end, &found.actions)
            actions += found.actions
            length.adapt(toValues: run.values)
            if end == .max { break }
            start = end + 1
        }
        // What happens at one time stays in the order in which it was decided.
        let inOrder = actions.enumerated().sorted { a, b in (a.element.time, a.offset) < (b.element.time, b.offset) }
        return BacktestReport(
            from: from, to: to, rules: run.trials.map { $0.report() }, actions: inOrder.map(\.element))
    }
}

/// A backtest as it goes on.
private struct BacktestRun {
    let trials: [any Trial]
    private let order: TrialOrder
    /// What queries see.
    private let past: any SeriesSource
    private let recorded = RecordedPast()
    private let configuration: JudgingConfiguration
    /// The most values that one trial had in the last window.
    private(set) var values = 0

    init(_ backtest: Backtest, from: Int64) {
        configuration = backtest.configuration
        var groups: [String: String] = [:]
        for (name, _, thresholds) in ThresholdGroupKey.grouped(configuration.thresholds) {
            for threshold in thresholds { groups[threshold.threshold.name] = name }
        }
        let thresholds = configuration.thresholds.map { threshold in
            ThresholdTrial(
                threshold, group: groups[threshold.threshold.name] ?? "", backtest.configuration, backtest.mutings)
        }
        var rules: [(trial: RuleTrial, rule: Rule)] = []
        for (number, group) in configuration.ruleFiles.flatMap(\.groups).enumerated() {
            for rule in group.rules {
                rules.append((RuleTrial(rule, of: group, number: number, backtest.configuration), rule))
            }
        }
        // Of what comes at one time thresholds are last: they see what rules record, and not the other way.
        trials = rules.map(\.trial) as [any Trial] + thresholds
        let traits = trials.map(\.traits)
        let names = RecordedNames(traits)
        let asked = rules.indices.filter { names.isAsked[$0] }
        let begun = asked.map { place in
            (rule: rules[place].rule, start: from.subtractingClamped(traits[place].queryOffset))
        }
        let before = RecordedBefore(of: begun, in: backtest.source, lookBack: configuration.queries.lookBack)
        // What nobody goes on with ends behind the last rule of a group.
        var ending: [Int: Int] = [:]
        for (number, place) in asked.enumerated() where !before.departed[number].isEmpty {
            let last = rules.indices.last { traits[$0].group == traits[place].group } ?? place
            rules[last].trial.end(before.departed[number])
            ending[place] = last
        }
        order = TrialOrder(traits, names: names, ending: ending)
        if asked.isEmpty {
            past = backtest.source
            return
        }
        var hidden = HiddenSeries()
        for (number, place) in asked.enumerated() {
            hidden.add(begun[number].rule, from: begun[number].start)
            rules[place].trial.goOn(with: before.series[number])
        }
        for (place, rule) in rules.enumerated() where order.isSeen[place] { rule.trial.record(in: recorded) }
        past = OverlaySource(base: HiddenPast(base: backtest.source, hidden: hidden), overlay: recorded)
    }

    /// Takes all trials through a window.
    mutating func judge(from: Int64, to: Int64, progress: (Double) -> Void) -> WindowFindings {
        values = 0
        var found = WindowFindings()
        for (number, stage) in order.stages.enumerated() {
            switch stage {
            case .alone(let place): judge(trials[place], from: from, to: to, &found)
            case .together(let places): judge(places, from: from, to: to, &found)
            }
            progress(Double(number + 1) / Double(order.stages.count))
        }
        recorded.forget(before: order.oldestNeeded(from: to.after(1)))
        return found
    }

    /// Takes a trial through all its times, with answers to all of them.
    private mutating func judge(_ trial: any Trial, from: Int64, to: Int64, _ found: inout WindowFindings) {
        guard let times = trial.traits.times(from: from, to: to) else { return }
        var answers = answers(to: trial, at: times)
        for step in 0..<times.count {
            trial.judge(at: times.time(step), answers.answer(at: step), over: past, &found)
        }
    }

    /// Takes trials that ask for each other's recordings through a window, time by time.
    private mutating func judge(_ places: [Int], from: Int64, to: Int64, _ found: inout WindowFindings) {
        var turns: [(time: Int64, step: Int, place: Int)] = []
        var answered: [Int: WindowAnswers] = [:]
        for place in places {
            guard let times = trials[place].traits.times(from: from, to: to) else { continue }
            if !order.isAskedByItself[place] { answered[place] = answers(to: trials[place], at: times) }
            for step in 0..<times.count { turns.append((times.time(step), step, place)) }
        }
        // At one time in the order of the file, as the rules of a group.
        turns.sort { ($0.time, $0.place) < ($1.time, $1.place) }
        for (time, step, place) in turns {
            if order.isAskedByItself[place] {
                trials[place].judge(at: time, nil, over: BoundedSource(source: past, last: time), &found)
            } else {
                trials[place].judge(at: time, answered[place]?.answer(at: step), over: past, &found)
            }
        }
    }

    private mutating func answers(to trial: any Trial, at times: Steps) -> WindowAnswers {
        let traits = trial.traits
        let isOfRule = traits.group != nil
        let options = isOfRule ? configuration.groups.engine : configuration.queries
        let shifted = Steps(
            from: times.start.subtractingClamped(traits.queryOffset),
            to: times.end.subtractingClamped(traits.queryOffset), every: times.interval)
        let answers = WindowAnswers(
            traits.query, at: shifted, QueryEngine(past, options: options), sampleLimit: configuration.sampleLimit)
        values = max(values, answers.count)
        return answers
    }
}
