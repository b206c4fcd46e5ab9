import Actions
import Model
import Store

/// The groups that routes make of alerts, and where each stands with its action: a plain value. It is told by which routes to go,
/// whose turn it is, what the clocks say, which actions have ended and what fires, and says what is to be told and stored.
struct NotifiedGroups {
    private var groups: [GroupName: ToldGroup] = [:]
    private var routes: [NotificationRoute] = []
    /// The epoch in which the groups were told of; nil when that is not known.
    private var epoch: Int64?
    /// The clocks by which the groups' times are meant.
    private var clocks: ClockReading?
    /// Those whose rows are to be written.
    private var changed: Set<GroupName> = []
    /// What the alerts were at the last look.
    private var version: Int?
    /// The earliest time at which there is something to do although the alerts are the same.
    private var nextLook = Int64.max

    /// The fact that clocks and epoch are stored as, with each change of a group.
    static let clockFact = "notifier_clock"

    /// No groups.
    init() {}

    /// Goes on with what is stored.
    init(_ stored: some Sequence<ToldGroup>, _ clock: GroupClock) {
        groups = Dictionary(stored.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        epoch = clock.epoch
        clocks = clock.reading
    }

    // MARK: What has changed around them

    /// Goes by these routes from now on. An alert that is not in its group any more, by what route it goes, by the route's
    /// labels, or because the route or its action are gone, leaves it: that is not an end that anybody would have to be told.
    mutating func follow(_ routes: [NotificationRoute]) {
        self.routes = routes
        nextLook = .min
        for (name, group) in groups {
            let kept = group.state.keeping { labels in routes.groups(of: labels).contains { $0.name == name } }
            if kept == group.state { continue }
            put(kept.map { ToldGroup(name: name, state: $0, telling: group.telling) }, in: name)
        }
    }

    /// In a turn behind somebody else's nobody knows what has been told: every group is a new one.
    mutating func take(_ turn: Turn) {
        if let epoch, epoch < turn.first {
            changed.formUnion(groups.keys)
            groups = [:]
            nextLook = .min
        }
        epoch = turn.epoch
    }

    /// A clock that was set, forward or back, changes nothing about how long a group waits.
    mutating func take(_ clocks: ClockReading) {
        let jump = self.clocks.map { clocks.jump(since: $0) } ?? 0
        self.clocks = clocks
        if jump == 0 { return }
        for name in groups.keys { groups[name]?.state.shift(by: jump) }
        changed.formUnion(groups.keys)
        nextLook = .min
    }

    /// Some actions have ended, well or not.
    mutating func take(_ ended: [Int64: Bool]) {
        if ended.isEmpty { return }
        for (name, group) in groups {
            guard let telling = group.telling, ended[telling] != nil else { continue }
            put(group.settled(ended), in: name)
            nextLook = .min
        }
    }

    // MARK: Looking

    /// Looks at every group, if there is something to do. `alerts` are all there are; they are the same as long as their version is,
    /// but for what they say besides.
    mutating func look(at version: Int, _ alerts: () -> [ActionAlert], in round: inout NotifyingRound) {
        if version == self.version, round.now < nextLook { return }
        self.version = version
        let gathered = gathered(alerts())
        for (name, found) in gathered { look(at: name, found.route, found.alerts, in: &round) }
        for name in Array(groups.keys) where gathered[name] == nil {
            guard let route = routes.first(where: { sameBytes($0.name, name.route) }) else { continue }
            look(at: name, route, [], in: &round)
        }
        // A group that is being told of waits for the end of that.
        nextLook = groups.values.lazy.filter { $0.telling == nil }.map(\.state.nextFlush).min() ?? .max
    }

    private func gathered(
        _ alerts: [ActionAlert]
    ) -> [GroupName: (alerts: [ActionAlert], route: NotificationRoute)] {
        var gathered: [GroupName: (alerts: [ActionAlert], route: NotificationRoute)] = [:]
        for alert in alerts {
            for (name, route) in routes.groups(of: alert.labels) {
                gathered[name, default: ([], route)].alerts.append(alert)
            }
        }
        return gathered
    }

    private mutating func look(
        at name: GroupName, _ route: NotificationRoute, _ alerts: [ActionAlert], in round: inout NotifyingRound
    ) {
        let before = groups[name]
        let outcome = AlertGroupState.next(
            after: before?.state, alerts: alerts, timing: route.timing, at: round.now,
            isMuted: { [muting = round.muting] in muting($0) != nil })
        var group = outcome.state.map { ToldGroup(name: name, state: $0, telling: before?.telling) }
        if let notice = outcome.notice { group?.telling = round.tell(notice, of: name) }
        if let silenced = outcome.silenced { round.record(silenced: silenced, of: name) }
        put(group, in: name)
    }

    // MARK: Storing

    private mutating func put(_ group: ToldGroup?, in name: GroupName) {
        let before = groups.updateValue(group, forKey: name)
        let isSame = if let group, let before { group.stands(like: before) } else { group == nil && before == nil }
        if !isSame { changed.insert(name) }
    }

    /// The rows that have changed since this was asked before.
    mutating func takeChanges() -> [JudgingChange] {
        if changed.isEmpty { return [] }
        var changes = changed.map { JudgingChange.alertGroup(key: $0.key, detail: groups[$0]?.json) }
        changes.append(.fact(name: Self.clockFact, value: GroupClock(reading: clocks, epoch: epoch).json))
        changed = []
        return changes
    }
}

extension [GroupName: ToldGroup] {
    /// Sets or removes a value; returns the one of before.
    fileprivate mutating func updateValue(_ group: ToldGroup?, forKey name: GroupName) -> ToldGroup? {
        guard let group else { return removeValue(forKey: name) }
        return updateValue(group, forKey: name)
    }
}
