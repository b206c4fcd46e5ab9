import HTTPClient
import Model
import PromQL
import Store
import Threads

/// Those who judge.
struct Judges {
    var thresholds: [ThresholdJudge] = []
    var ruleGroups: [RuleGroupJudge] = []

    var all: [any GroupJudge] { thresholds + ruleGroups }
}

/// Makes the judges of a configuration. They go on with what was known before, whatever has changed around it: a threshold is known
/// by its name, a group of a rule file by its file and name. What is not configured any more is ended.
struct JudgeMaker {
    let surroundings: Surroundings
    let client: HTTPClient
    let groups: GroupNumbers

    /// Makes the judges. `old` are those of before, if there were any in this process. Returns as well what holds no more.
    func judges(
        _ configuration: JudgingConfiguration, from before: JudgedBefore, after old: [RuleGroupJudge]
    ) -> (judges: Judges, left: Set<OutboxQueue.Line>) {
        let now = surroundings.clock.now()
        var round = JudgingRound(
            turn: surroundings.turn(), muting: { [surroundings] in surroundings.muting($0, now) }, end: { _ in nil },
            numbers: surroundings.numbers, externalURL: surroundings.externalURL())
        let batch = WriteBatch()
        let thresholds = thresholdJudges(configuration, before, &round, now)
        let ruleGroups = ruleGroupJudges(configuration, before, old, &round, batch)
        let ids = Set(thresholds.map(\.groupID) + ruleGroups.map(\.groupID))
        end(old.filter { !ids.contains($0.groupID) }, at: now, in: batch)
        for group in before.groups where !ids.contains(group.id) {
            round.changes.append(.groupGone(group.id))
            groups.forget(group.name)
        }
        for problem in round.problems { surroundings.logger.error("\(problem)") }
        for change in round.changes { batch.add(change) }
        if !batch.isEmpty { surroundings.store.write(batch) }
        surroundings.outbox.add(round.decided)
        let judges = Judges(thresholds: thresholds, ruleGroups: ruleGroups)
        // What fired before fires, until the next evaluation says something else.
        surroundings.board.setAll(
            Dictionary(judges.all.map { ($0.groupID, $0.alerts()) }, uniquingKeysWith: { a, _ in a }))
        return (judges, round.left)
    }

    // MARK: Thresholds

    private func thresholdJudges(
        _ configuration: JudgingConfiguration, _ before: JudgedBefore, _ round: inout JudgingRound, _ now: Int64
    ) -> [ThresholdJudge] {
        let known = before.thresholdInstances()
        let made = ThresholdGroupKey.grouped(configuration.thresholds).map { name, key, thresholds in
            (id: groups.number(of: name), name: name, key: key, thresholds: thresholds.map(\.threshold))
        }
        // What leaves its place goes first: others may come into that.
        let homes = Dictionary(
            made.flatMap { group in group.thresholds.map { ($0.name, group.id) } }, uniquingKeysWith: { a, _ in a })
        for (rule, instances) in known.sorted(by: { $0.key < $1.key }) {
            for instance in instances where instance.row.group != homes[rule] {
                round.changes.append(.instanceGone(instance.row.id))
                if homes[rule] == nil { before.thresholds[rule]?.giveUp(instance, in: &round, at: now) }
            }
            if homes[rule] == nil, before.thresholds[rule] == nil { tellUnknown(rule, instances) }
        }
        return made.map { group in
            let kept = ThresholdGroup(
                id: group.id, name: group.name, interval: group.key.interval, thresholds: group.thresholds)
            kept.restore(
                group.thresholds.flatMap { known[$0.name] ?? [] }, before.thresholds, clocks: surroundings.clocks(),
                in: &round)
            return ThresholdJudge(
                kept, interval: group.key.interval, source: source(group.key, configuration), surroundings)
        }
    }

    /// What was to be done at its end stood in a configuration that is not there any more.
    private func tellUnknown(_ rule: String, _ instances: [KnownInstance]) {
        let active = instances.count { !["ok", "pending", "no_data"].contains($0.row.state) }
        if active == 0 { return }
        surroundings.logger.warn(
            "a threshold is not configured any more that was active; nobody is told that this is over",
            ["threshold": rule, "series": String(active)])
    }

    private func source(_ key: ThresholdGroupKey, _ configuration: JudgingConfiguration) -> any JudgedSource {
        if let section = key.source {
            return RemoteSource(section: section, client: client, lane: BlockingLane())
        }
        return LocalSource(
            series: surroundings.store, options: configuration.queries, sampleLimit: configuration.sampleLimit,
            threads: surroundings.threads, clock: surroundings.clock)
    }

    // MARK: Groups of rule files

    private func ruleGroupJudges(
        _ configuration: JudgingConfiguration, _ before: JudgedBefore, _ old: [RuleGroupJudge],
        _ round: inout JudgingRound, _ batch: WriteBatch
    ) -> [RuleGroupJudge] {
        let rows = Dictionary(before.groups.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
        var judges: [RuleGroupJudge] = []
        for group in configuration.ruleFiles.flatMap(\.groups) {
            let name = KeptRuleGroup.name(of: group)
            let kept = KeptRuleGroup(
                id: groups.number(of: name), name: name, GroupEvaluator(group, settings: configuration.groups),
                externalURL: configuration.groups.externalURL, surroundings.store.recorded(group: name))
            if let row = rows[name] {
                do throws(UserError) {
                    let gone = try kept.restore(row, before.instances[row.id] ?? [])
                    for id in gone { round.changes.append(.instanceGone(id)) }
                } catch {
                    round.problems.append("cannot take up the alerts of \(name): \(error.message); they begin anew")
                }
            }
            if let retired = old.first(where: { $0.name == name })?.retire(in: batch) {
                kept.takeOver(retired.state, of: retired.group)
            }
            judges.append(
                RuleGroupJudge(
                    kept, source: surroundings.store, sampleLimit: configuration.sampleLimit, surroundings))
        }
        return judges
    }

    /// The series of groups that are not configured any more end.
    private func end(_ gone: [RuleGroupJudge], at now: Int64, in batch: WriteBatch) {
        for judge in gone {
            do {
                try judge.end(at: now, in: batch)
            } catch {
                surroundings.logger.error("cannot end the series of a group that is gone: \(error)")
            }
        }
    }
}
