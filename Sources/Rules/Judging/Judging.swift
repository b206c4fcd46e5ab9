import Actions
import HTTPClient
import Instruments
import Logging
import Model
import PromQL
import Store
import Synchronization
import Threads

/// Judges, and has done what follows from it. Everything that it must not forget is in the file: it goes on where it was.
public final class Judging: Sendable {
    /// What is changed by a reload.
    private struct State {
        var thresholds: [ThresholdJudge] = []
        var ruleGroups: [RuleGroupJudge] = []

        var judges: [any GroupJudge] { thresholds + ruleGroups }
    }

    private let store: Store
    private let client: HTTPClient
    private let logger: Logger
    private let surroundings: Surroundings
    private let outbox: Outbox
    private let configuration: SharedConfiguration
    private let state: Mutex<State>
    private let groups: GroupNumbers
    private let board = AlertBoard()
    private let notifier: Notifier
    /// Silences and maintenance windows.
    public let mutings: Mutings
    private let leadership: any Leadership
    private let reloads: AsyncStream<Void>
    private let reload: AsyncStream<Void>.Continuation

    /// Takes up what was left by the process before. `machine` is the name of the machine; `watch` is told the states of thresholds
    /// after each evaluation of their group, and must not take its time.
    public init(
        store: Store, client: HTTPClient, configuration: JudgingConfiguration, machine: String, registry: Registry,
        logger: Logger, clock: any WallClock = SystemClock(), watch: (@Sendable ([ThresholdStatus]) -> Void)? = nil
    ) throws {
        self.store = store
        self.client = client
        self.logger = logger
        let record = try store.judgingRecord()
        let appliance = record.facts["appliance"] ?? newApplianceName()
        let shared = SharedConfiguration(configuration)
        self.configuration = shared
        let ends = ActionEnds()
        let leadership = configuration.leadership.leadership(
            machine: machine, appliance: appliance, leastEpoch: record.facts["epoch"].flatMap { Int64($0) } ?? 0,
            clock: clock)
        self.leadership = leadership
        let turn: @Sendable () -> Turn = { Turn(leadership) }
        let mutings = try Mutings(record.mutings) { try await store.record($0) }
        self.mutings = mutings
        outbox = Outbox(
            .init(
                actions: { shared.value.actions }, turn: turn, record: { try await store.record($0) }, clock: clock),
            ends: ends, registry: registry, logger: logger)
        surroundings = Surroundings(
            store: store, clock: clock, boot: machineBoot(), logger: logger,
            instruments: JudgingInstruments(registry),
            threads: RestingThreads(name: "rules", stackSize: QueryEngine.stackSize), turn: turn,
            muting: { mutings.reason(for: $0, at: $1) },
            numbers: ActionNumbers(after: record.lastAction, appliance: appliance), ends: ends, outbox: outbox,
            externalURL: { shared.value.groups.externalURL }, board: board, watch: watch)
        notifier = Notifier(board, routes: { shared.value.routes }, surroundings)
        groups = GroupNumbers(record)
        (reloads, reload) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        state = Mutex(State())
        mutings.configure(configuration.silences, configuration.windows)
        takeUp(record, appliance)
        restoreGroups(record)
        let stored = Dictionary(grouping: record.instances, by: \.group)
        let rows = record.groups.map { ($0, stored[$0.id] ?? []) }
        build(configuration, from: rows)
        let outbox = outbox
        registry.gauge("vedette_actions_open", "Actions that have been decided on and have not ended.") {
            Double(outbox.count)
        }
        registry.addJudging(leadership: leadership) { [self] in
            state.withLock { $0.thresholds }.flatMap { $0.counts() }
        }
    }

    /// Begins to take part in whose turn it is to act; throws when that is impossible.
    public func start() async throws(UserError) {
        let logger = logger
        let store = store
        let outbox = outbox
        let isAlone = configuration.value.leadership.lockFile == nil
        try await leadership.start { status in
            if !isAlone {
                let fields: KeyValuePairs = [
                    "holder": status.holder, "epoch": String(status.epoch), "error": status.error ?? "",
                ]
                logger.info(status.isLeader ? "it is our turn to act" : "it is not our turn to act", fields)
                let batch = WriteBatch()
                batch.add(.fact(name: "epoch", value: String(status.epoch)))
                store.write(batch)
            }
            outbox.look()
        }
    }

    /// Judges until it is stopped; `start` comes before.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [outbox] in await outbox.run() }
            group.addTask { [notifier] in await notifier.run() }
            group.addTask { [self] in await sweep() }
            var judging = startJudging()
            for await _ in reloads {
                if Task.isCancelled { break }
                judging.cancel()
                await judging.value
                rebuild()
                judging = startJudging()
                outbox.look()
            }
            judging.cancel()
            await judging.value
            outbox.stop()
            group.cancelAll()
        }
        // Whatever acts has ended.
        await leadership.stop()
    }

    /// Whose turn it is to act.
    public var turn: LeadershipStatus { leadership.status }

    /// Once an hour what nobody looks at any more is forgotten.
    private func sweep() async {
        while !Task.isCancelled {
            do {
                try await mutings.sweep(at: surroundings.clock.now())
            } catch {
                logger.debug("cannot forget old silences now: \(error)")
            }
            do {
                try await Task.sleep(for: .seconds(3600))
            } catch {
                return
            }
        }
    }

    /// Goes by another configuration from now on. The states of what stays are kept.
    public func replace(_ configuration: JudgingConfiguration) {
        self.configuration.value = configuration
        mutings.configure(configuration.silences, configuration.windows)
        notifier.routesChanged()
        reload.yield()
    }

    /// Ends `run`: what is under way is ended in good order.
    public func stop() { reload.finish() }

    /// The states of all thresholds.
    public func thresholds() -> [ThresholdStatus] {
        state.withLock { $0.thresholds }.flatMap { $0.states() }
    }

    /// The groups of rule files.
    public func ruleGroups() -> [GroupReport] { state.withLock { $0.ruleGroups }.map { $0.report() } }

    /// The thresholds by what is evaluated together, as alerting rules.
    public func thresholdGroups() -> [ThresholdGroupReport] { state.withLock { $0.thresholds }.map { $0.report() } }

    private func startJudging() -> Task<Void, Never> {
        let judges = state.withLock { $0.judges }
        return Task {
            await withDiscardingTaskGroup { group in
                for judge in judges { group.addTask { await judge.run() } }
            }
        }
    }

    /// Notes what ended with the process before, and puts what has not ended into the outbox.
    private func takeUp(_ record: JudgingRecord, _ appliance: String) {
        let now = surroundings.clock.now()
        let batch = WriteBatch()
        batch.add(.fact(name: "appliance", value: appliance))
        batch.add(.interrupted(at: now))
        var open: [StoredAction] = []
        for var action in record.openActions {
            if action.outcome == .running {
                // Nobody knows whether it was done: it is done again, with the same key.
                action.outcome = .waiting
                action.due = now
                batch.add(.progress(action: action.id, due: now, outcome: .waiting, note: "", ended: nil))
            }
            open.append(action)
        }
        store.write(batch)
        outbox.add(open)
    }

    private func restoreGroups(_ record: JudgingRecord) {
        notifier.restore(record.alertGroups, epoch: surroundings.turn().epoch) { [store] id in
            // One that never came into the file is as good as failed.
            guard let action = try store.action(id) else { return false }
            return action.due == nil ? action.outcome == .succeeded : nil
        }
    }

    private func rebuild() {
        let rows = state.withLock { $0.judges }.compactMap { $0.rows() }
        build(configuration.value, from: rows)
    }

    /// Makes the groups of a configuration, with the states that are known.
    private func build(_ configuration: JudgingConfiguration, from rows: [(JudgedGroup, [JudgedInstance])]) {
        let known = Dictionary(rows.map { ($0.0.name, $0) }, uniquingKeysWith: { a, _ in a })
        let before = state.withLock { $0.ruleGroups }
        let batch = WriteBatch()
        let thresholds = ThresholdGroupKey.grouped(configuration.thresholds).map { name, key, thresholds in
            let group = ThresholdGroup(
                id: groups.number(of: name), name: name, thresholds: thresholds.map(\.threshold))
            if let (row, instances) = known[name] { restore(group, row, instances) }
            return ThresholdJudge(group, interval: key.interval, source: source(key, configuration), surroundings)
        }
        let ruleGroups = configuration.ruleFiles.flatMap(\.groups).map { group in
            let name = KeptRuleGroup.name(of: group)
            return ruleGroupJudge(
                name, group, configuration, known[name],
                after: before.first { $0.name == name }?.retire(in: batch))
        }
        let ids = Set(thresholds.map(\.groupID) + ruleGroups.map(\.groupID))
        end(before.filter { !ids.contains($0.groupID) }, in: batch)
        for (row, _) in rows where !ids.contains(row.id) {
            batch.add(.groupGone(row.id))
            groups.forget(row.name)
        }
        if !batch.isEmpty { store.write(batch) }
        board.expect(groups: ids)
        state.withLock { state in
            state.thresholds = thresholds
            state.ruleGroups = ruleGroups
        }
    }

    private func ruleGroupJudge(
        _ name: String, _ group: RuleGroup, _ configuration: JudgingConfiguration,
        _ stored: (JudgedGroup, [JudgedInstance])?, after old: (state: RuleGroupState, group: RuleGroup)?
    ) -> RuleGroupJudge {
        let kept = KeptRuleGroup(
            id: groups.number(of: name), name: name, GroupEvaluator(group, settings: configuration.groups),
            externalURL: configuration.groups.externalURL, store.recorded(group: name))
        if let (row, instances) = stored {
            do {
                try kept.restore(row, instances)
            } catch {
                logger.error("cannot take up the alerts of \(name): \(error); they begin anew")
            }
        }
        if let old { kept.takeOver(old.state, of: old.group) }
        return RuleGroupJudge(kept, source: store, sampleLimit: configuration.sampleLimit, surroundings)
    }

    /// The series of groups that are not configured any more end.
    private func end(_ gone: [RuleGroupJudge], in batch: WriteBatch) {
        for judge in gone {
            do {
                try judge.end(at: surroundings.clock.now(), in: batch)
            } catch {
                logger.error("cannot end the series of a group that is gone: \(error)")
            }
        }
    }

    private func restore(_ group: ThresholdGroup, _ row: JudgedGroup, _ instances: [JudgedInstance]) {
        do {
            for id in try group.restore(row, instances, epoch: surroundings.turn().epoch) {
                guard let action = try store.action(id) else {
                    surroundings.ends.note(missing: id, group: group.id, at: row.evaluated)
                    continue
                }
                if action.due == nil {
                    let succeeded = action.outcome == .succeeded
                    surroundings.ends.note(action, succeeded: succeeded, at: action.ended ?? row.evaluated)
                }
            }
        } catch {
            logger.error("cannot take up the states of \(row.name): \(error); they begin anew")
        }
    }

    private func source(_ key: ThresholdGroupKey, _ configuration: JudgingConfiguration) -> any JudgedSource {
        if let section = key.source {
            return RemoteSource(section: section, client: client, lane: BlockingLane())
        }
        return LocalSource(
            series: store, options: configuration.queries, sampleLimit: configuration.sampleLimit,
            threads: surroundings.threads, clock: surroundings.clock)
    }
}

/// The configuration, for those who ask whenever they need it.
private final class SharedConfiguration: Sendable {
    private let configuration: Mutex<JudgingConfiguration>

    init(_ configuration: JudgingConfiguration) { self.configuration = Mutex(configuration) }

    var value: JudgingConfiguration {
        get { configuration.withLock { $0 } }
        set { configuration.withLock { $0 = newValue } }
    }
}

/// What tells this appliance from others, for the keys of its actions.
private func newApplianceName() -> String {
    let bits = UInt64.random(in: .min ... .max)
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}
