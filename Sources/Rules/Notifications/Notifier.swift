import Actions
import Logging
import Model
import Store
import Synchronization

/// Tells the alerts that fire by the routes that they go: it looks at the groups whenever alerts have changed or a group is due.
final class Notifier: Sendable {
    private struct State {
        var groups: [String: ToldGroup] = [:]
        var epoch: Int64?
        var clock: ClockReading?
        /// What the alerts were when they were last put into groups.
        var version = -1
        var gathered: [String: Gathered] = [:]
    }

    /// The alerts of a group at present.
    private struct Gathered {
        let route: NotificationRoute
        let action: String
        let labels: Labels
        var alerts: [ActionAlert] = []
    }

    private let state = Mutex(State())
    private let board: AlertBoard
    private let routes: @Sendable () -> [NotificationRoute]
    private let surroundings: Surroundings

    init(_ board: AlertBoard, routes: @escaping @Sendable () -> [NotificationRoute], _ surroundings: Surroundings) {
        self.board = board
        self.routes = routes
        self.surroundings = surroundings
    }

    /// Takes up where the process before was; `ended` says how an action ended, if it has.
    func restore(_ stored: [String: String], epoch: Int64, ended: (Int64) throws -> Bool?) {
        var groups: [String: ToldGroup] = [:]
        for (key, detail) in stored {
            do {
                let group = try ToldGroup(json: detail)
                if let telling = group.telling, let succeeded = try ended(telling) {
                    surroundings.ends.note(told: telling, succeeded: succeeded)
                }
                groups[group.key] = group
            } catch {
                surroundings.logger.error("cannot take up the group \(key): \(error)")
            }
        }
        let taken = groups
        state.withLock { state in
            state.groups = taken
            state.epoch = epoch
        }
    }

    /// Looks once a second, until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            await look(at: surroundings.clock.now())
            do {
                try await Task.sleep(for: .seconds(1))
            } catch {
                return
            }
        }
    }

    /// Looks at all groups for which there is something to do.
    func look(at now: Int64) async {
        let turn = surroundings.turn()
        // Whose turn it is not tells nobody, and has told nobody when its turn comes.
        // After a start nobody knows what fires until each group has been judged: what is stored must not be taken for resolved.
        guard turn.mayAct, board.isComplete else { return }
        let (changes, decided) = state.withLock { state in look(&state, turn, now) }
        if changes.isEmpty { return }
        do {
            try await surroundings.store.record(changes)
        } catch {
            surroundings.logger.debug("the groups of alerts wait to be written: \(error)")
        }
        surroundings.outbox.add(decided)
    }

    private func look(_ state: inout State, _ turn: Turn, _ now: Int64) -> ([JudgingChange], [StoredAction]) {
        var changes: [JudgingChange] = []
        var decided: [StoredAction] = []
        if let epoch = state.epoch, epoch != turn.epoch {
            for key in state.groups.keys { changes.append(.alertGroup(key: key, detail: nil)) }
            state.groups = [:]
        }
        state.epoch = turn.epoch
        let clocks = surroundings.clocks()
        let jump = state.clock.map { clocks.jump(since: $0) } ?? 0
        state.clock = clocks
        let ended = surroundings.ends.takeTold()
        gather(&state)
        for key in Set(state.groups.keys).union(state.gathered.keys) {
            let gathered = state.gathered[key]
            var group = state.groups[key]
            let before = group
            if jump != 0, let told = group { group?.state = told.state.shifted(by: jump) }
            if let telling = group?.telling, let succeeded = ended[telling] {
                group?.telling = nil
                if let settled = group?.state.settled(succeeded: succeeded) {
                    group?.state = settled
                } else {
                    group = nil
                }
            }
            guard let route = gathered?.route ?? routes().first(where: { sameBytes($0.name, group?.route ?? "") })
            else {
                // The route is not configured any more.
                group = nil
                state.groups[key] = nil
                if before != nil { changes.append(.alertGroup(key: key, detail: nil)) }
                continue
            }
            let action = gathered?.action ?? group?.action ?? ""
            let labels = gathered?.labels ?? group?.labels ?? .none
            let outcome = AlertGroupState.next(
                after: group?.state, alerts: gathered?.alerts ?? [], timing: route.timing, at: now,
                isMuted: { surroundings.muting($0, now) != nil })
            group = outcome.state.map {
                ToldGroup(route: route.name, action: action, labels: labels, state: $0, telling: group?.telling)
            }
            if let notice = outcome.notice, var telling = group {
                let action = self.action(notice, telling, turn, now)
                telling.telling = action.id
                group = telling
                decided.append(action)
                changes.append(.action(action))
            }
            if let silenced = outcome.silenced {
                let what = ToldGroup(
                    route: route.name, action: action, labels: labels,
                    state: AlertGroupState(members: [], nextFlush: now, told: nil, outstanding: nil, known: nil),
                    telling: nil)
                var action = self.action(silenced, what, turn, now)
                action.outcome = .silenced
                action.due = nil
                action.ended = now
                action.note = silenced.alerts.first.flatMap { surroundings.muting($0.labels, now) } ?? ""
                changes.append(.action(action))
            }
            if group != before {
                state.groups[key] = group
                changes.append(.alertGroup(key: key, detail: group?.json))
            }
        }
        return (changes, decided)
    }

    /// Puts the alerts into groups, when they have changed.
    private func gather(_ state: inout State) {
        let version = board.version
        if version == state.version { return }
        state.version = version
        let routes = routes()
        var gathered: [String: Gathered] = [:]
        for alert in board.all() {
            for route in routes.routes(for: alert.labels) {
                let labels = route.groupLabels(of: alert.labels)
                for action in route.actions {
                    let key = ToldGroup.key(route: route.name, action: action, labels: labels)
                    gathered[key, default: Gathered(route: route, action: action, labels: labels)].alerts.append(alert)
                }
            }
        }
        state.gathered = gathered
    }

    /// Looks at the alerts anew: the routes have changed.
    func routesChanged() { state.withLock { $0.version = -1 } }

    private func action(_ notice: GroupNotice, _ group: ToldGroup, _ turn: Turn, _ now: Int64) -> StoredAction {
        let (id, key) = surroundings.numbers.next(decided: now)
        var event = ActionEvent()
        event.id = id
        event.key = key
        event.action = group.action
        event.rule = group.route
        event.cause = notice.isFiring ? .notify : .resolve
        event.state = notice.isFiring ? "firing" : "resolved"
        event.since = notice.alerts.map(\.startsAt).min()
        event.decidedAt = now
        event.groupLabels = group.labels
        event.alerts = notice.alerts
        event.externalURL = surroundings.externalURL()
        event.epoch = turn.epoch
        // Of one alert the value is the action's too.
        if notice.alerts.count == 1 { event.value = notice.alerts[0].value }
        var action = StoredAction(event, origin: group.origin)
        action.due = now
        return action
    }
}
