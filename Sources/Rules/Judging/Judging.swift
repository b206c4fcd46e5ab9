import Actions
import HTTPClient
import Instruments
import Kubernetes
import Logging
import Model
import PromQL
import Store
import Synchronization
import Threads

/// Judges, and has done what follows from it. Everything that it must not forget is in the file: it goes on where it was.
public final class Judging: Sendable {
    private let store: Store
    private let logger: Logger
    private let surroundings: Surroundings
    private let outbox: Outbox
    private let configuration: SharedConfiguration
    /// Changed by a reload.
    private let judges: Mutex<Judges>
    private let maker: JudgeMaker
    private let notifier: Notifier
    /// Silences and maintenance windows.
    public let mutings: Mutings
    private let leadership: any Leadership
    private let reloads: AsyncStream<Void>
    private let reload: AsyncStream<Void>.Continuation

    /// Takes up what was left by the process before. `machine` is the name of the machine; `cluster` reaches the one whose API server
    /// keeps the lease; `watch` is told the states of thresholds
    /// after each evaluation of their group, and must not take its time.
    public init(
        store: Store, client: HTTPClient, configuration: JudgingConfiguration, machine: String, registry: Registry,
        cluster: @escaping ClusterReaching = { () throws(UserError) in throw UserError("there is no cluster") },
        logger: Logger, clock: any WallClock = SystemClock(), watch: (@Sendable ([ThresholdStatus]) -> Void)? = nil
    ) throws {
        self.store = store
        self.logger = logger
        let record = try store.judgingRecord()
        let appliance = record.facts["appliance"] ?? newApplianceName()
        let shared = SharedConfiguration(configuration)
        self.configuration = shared
        let ends = ActionEnds()
        let leadership = configuration.leadership.leadership(
            machine: machine, appliance: appliance, leastEpoch: record.facts["epoch"].flatMap { Int64($0) } ?? 0,
            clock: clock, cluster: cluster)
        self.leadership = leadership
        let turns = Turns(leadership, facts: record.facts) { change in
            let batch = WriteBatch()
            batch.add(change)
            store.write(batch)
        }
        let turn: @Sendable () -> Turn = { turns.present() }
        let board = AlertBoard()
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
            externalURL: { shared.value.groups.externalURL }, hasRoutes: { !shared.value.routes.isEmpty },
            board: board, watch: watch)
        notifier = Notifier(board, routes: { shared.value.routes }, surroundings)
        maker = JudgeMaker(
            surroundings: surroundings, client: client, groups: GroupNumbers(record))
        (reloads, reload) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        judges = Mutex(Judges())
        mutings.configure(configuration.silences, configuration.windows)
        takeUp(record, appliance)
        restoreGroups(record)
        try begin(configuration, record)
        let outbox = outbox
        registry.gauge("vedette_actions_open", "Actions that have been decided on and have not ended.") {
            Double(outbox.count)
        }
        registry.addJudging(leadership: leadership) { [self] in
            judges.withLock { $0.thresholds }.flatMap { $0.counts() }
        }
    }

    /// Begins to take part in whose turn it is to act; throws when that is impossible.
    public func start() async throws(UserError) {
        let logger = logger
        let store = store
        let outbox = outbox
        let isAlone = configuration.value.leadership.isAlone
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
                await rebuild()
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
            surroundings.ends.forget { noted in
                let awaited = judges.withLock { $0.thresholds }.flatMap { $0.awaited() }
                return noted.subtracting(awaited)
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
        judges.withLock { $0.thresholds }.flatMap { $0.states() }
    }

    /// The groups of rule files.
    public func ruleGroups() -> [GroupReport] { judges.withLock { $0.ruleGroups }.map { $0.report() } }

    /// The thresholds by what is evaluated together, as alerting rules.
    public func thresholdGroups() -> [ThresholdGroupReport] { judges.withLock { $0.thresholds }.map { $0.report() } }

    private func startJudging() -> Task<Void, Never> {
        let judges = judges.withLock { $0.all }
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
        for action in record.openActions {
            let resumed = action.resumed(at: now, pause: record.pauses[action.id] ?? 0)
            if resumed != action { batch.add(resumed.progress()) }
            open.append(resumed)
        }
        store.write(batch)
        outbox.add(open)
    }

    private func restoreGroups(_ record: JudgingRecord) {
        notifier.restore(record) { [store] id in
            // One that never came into the file is as good as failed.
            guard let action = try store.action(id) else { return false }
            return action.due == nil ? action.outcome == .succeeded : nil
        }
    }

    /// Makes the judges that go on with what is in the file.
    private func begin(_ configuration: JudgingConfiguration, _ record: JudgingRecord) throws {
        // The outbox has begun nothing yet that would have to be ended.
        let made = maker.judges(
            configuration, from: JudgedBefore(groups: record.groups, instances: record.instances), after: []
        ).judges
        for judge in made.thresholds { try noteEnds(judge.awaited()) }
        judges.withLock { $0 = made }
    }

    /// How actions ended that thresholds wait for. Asked only after a start: later they are in the outbox, or have been noted.
    private func noteEnds(_ awaited: [Int64]) throws {
        for id in awaited {
            guard let action = try store.action(id) else {
                surroundings.ends.note(missing: id, at: surroundings.clock.now())
                continue
            }
            if action.due == nil {
                let succeeded = action.outcome == .succeeded
                surroundings.ends.note(
                    action, succeeded: succeeded, at: action.ended ?? surroundings.clock.now(),
                    pause: action.outcome == .failed ? configuration.value.pause(after: action.action) : nil)
            }
        }
    }

    /// Makes the judges that go on with what those of before knew.
    private func rebuild() async {
        let configuration = configuration.value
        do {
            // All states are written down and read: no work for the threads that everybody shares.
            let left = try await surroundings.threads.perform { [self] in
                let old = judges.withLock { $0 }
                let before = JudgedBefore(
                    old.all.compactMap { $0.rows() }, thresholds: old.thresholds.flatMap { $0.thresholds })
                let (made, left) = maker.judges(configuration, from: before, after: old.ruleGroups)
                judges.withLock { $0 = made }
                return left
            }
            await outbox.cancel(left)
        } catch {
            logger.error("cannot judge by the new configuration; the one before goes on: \(error)")
        }
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

extension JudgingConfiguration {
    /// How long an action rests that has failed for good.
    func pause(after action: String) -> Int64? { actions[action]?.settings.longestPause }
}

/// What tells this appliance from others, for the keys of its actions.
private func newApplianceName() -> String {
    let bits = UInt64.random(in: .min ... .max)
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}
