import Actions
import Logging
import Model
import Store
import Synchronization

/// Tells the alerts that fire by the routes that they go: it looks at the groups whenever alerts have changed or a group is due.
final class Notifier: Sendable {
    private struct State {
        var groups = NotifiedGroups()
        var hasNewRoutes = true
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
    func restore(_ record: JudgingRecord, ended: (Int64) throws -> Bool?) {
        var groups: [ToldGroup] = []
        for (key, detail) in record.alertGroups {
            do {
                let group = try ToldGroup(json: detail)
                if let telling = group.telling, let succeeded = try ended(telling) {
                    surroundings.ends.note(told: telling, succeeded: succeeded)
                }
                groups.append(group)
            } catch {
                surroundings.logger.error("cannot take up the group \(key): \(error)")
            }
        }
        let taken = NotifiedGroups(groups, GroupClock(json: record.facts[NotifiedGroups.clockFact] ?? ""))
        state.withLock { $0.groups = taken }
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

    /// The routes are others from now on.
    func routesChanged() { state.withLock { $0.hasNewRoutes = true } }

    /// Looks at the groups, if there is something to do.
    func look(at now: Int64) async {
        let turn = surroundings.turn()
        // Whose turn it is not tells nobody.
        guard turn.mayAct else { return }
        let round = state.withLock { look(&$0, turn, now) }
        if round.changes.isEmpty { return }
        do {
            try await surroundings.store.record(round.changes)
        } catch {
            surroundings.logger.debug("the groups of alerts wait to be written: \(error)")
        }
        surroundings.outbox.add(round.decided)
    }

    private func look(_ state: inout State, _ turn: Turn, _ now: Int64) -> NotifyingRound {
        var round = NotifyingRound(
            now: now, turn: turn, muting: { [surroundings] in surroundings.muting($0, now) },
            numbers: surroundings.numbers, externalURL: surroundings.externalURL())
        if state.hasNewRoutes { state.groups.follow(routes()) }
        state.hasNewRoutes = false
        state.groups.take(turn)
        state.groups.take(surroundings.clocks())
        state.groups.take(surroundings.ends.takeTold())
        state.groups.look(at: board.version, board.all, in: &round)
        round.changes += state.groups.takeChanges()
        return round
    }
}
