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
        var configuration: JudgingConfiguration
        var judges: [ThresholdJudge] = []
    }

    private let store: Store
    private let client: HTTPClient
    private let logger: Logger
    private let surroundings: Surroundings
    private let outbox: Outbox
    private let configuration: SharedConfiguration
    private let state: Mutex<State>
    private let groups: GroupNumbers
    private let reloads: AsyncStream<Void>
    private let reload: AsyncStream<Void>.Continuation

    /// Takes up what was left by the process before.
    public init(
        store: Store, client: HTTPClient, configuration: JudgingConfiguration, registry: Registry, logger: Logger,
        clock: any WallClock = SystemClock()
    ) throws {
        self.store = store
        self.client = client
        self.logger = logger
        let record = try store.judgingRecord()
        let appliance = record.facts["appliance"] ?? newApplianceName()
        let shared = SharedConfiguration(configuration)
        self.configuration = shared
        let ends = ActionEnds()
        let turn: @Sendable () -> Turn = { .alone }
        outbox = Outbox(
            .init(
                actions: { shared.value.actions }, turn: turn, record: { try await store.record($0) }, clock: clock),
            ends: ends, registry: registry, logger: logger)
        surroundings = Surroundings(
            store: store, clock: clock, boot: machineBoot(), logger: logger,
            instruments: JudgingInstruments(registry),
            threads: RestingThreads(name: "rules", stackSize: QueryEngine.stackSize), turn: turn,
            muting: { _, _ in nil }, numbers: ActionNumbers(after: record.lastAction, appliance: appliance), ends: ends,
            outbox: outbox)
        groups = GroupNumbers(record)
        (reloads, reload) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        state = Mutex(State(configuration: configuration))
        takeUp(record, appliance)
        let stored = Dictionary(grouping: record.instances, by: \.group)
        let rows = record.groups.map { ($0, stored[$0.id] ?? []) }
        build(configuration, from: rows)
        let outbox = outbox
        registry.gauge("vedette_actions_open", "Actions that have been decided on and have not ended.") {
            Double(outbox.count)
        }
    }

    /// Judges until the task is cancelled.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [outbox] in await outbox.run() }
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
    }

    /// Goes by another configuration from now on. The states of what stays are kept.
    public func replace(_ configuration: JudgingConfiguration) {
        self.configuration.value = configuration
        reload.yield()
    }

    /// Ends `run`: what is under way is ended in good order.
    public func stop() { reload.finish() }

    /// The states of all thresholds.
    public func thresholds() -> [ThresholdStatus] {
        state.withLock { $0.judges }.flatMap { $0.states() }
    }

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

    private func rebuild() {
        let rows = state.withLock { $0.judges }.compactMap { $0.rows() }
        build(configuration.value, from: rows)
    }

    /// Makes the groups of a configuration, with the states that are known.
    private func build(_ configuration: JudgingConfiguration, from rows: [(JudgedGroup, [JudgedInstance])]) {
        let known = Dictionary(rows.map { ($0.0.name, $0) }, uniquingKeysWith: { a, _ in a })
        var judges: [ThresholdJudge] = []
        var names: Set<String> = []
        for (name, key, thresholds) in ThresholdGroupKey.grouped(configuration.thresholds) {
            names.insert(name)
            let group = ThresholdGroup(
                id: groups.number(of: name), name: name, thresholds: thresholds.map(\.threshold))
            if let (row, instances) = known[name] { restore(group, row, instances) }
            judges.append(
                ThresholdJudge(group, interval: key.interval, source: source(key, configuration), surroundings))
        }
        let batch = WriteBatch()
        for (row, _) in rows where !names.contains(row.name) {
            batch.add(.groupGone(row.id))
            groups.forget(row.name)
        }
        if !batch.isEmpty { store.write(batch) }
        state.withLock { $0.judges = judges }
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
