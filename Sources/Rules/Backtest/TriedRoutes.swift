import Actions
import Model

/// The routes on their way through the past: what would have been told of the alerts, and when. Groups know nothing of each other, so each
/// goes through a window by itself.
struct TriedRoutes {
    /// An alert that fires, and the groups that it belongs to.
    private struct Firing {
        var groups: [TriedGroup]
        /// How many rules have an alert with these labels.
        var count = 1
    }

    private let routes: [NotificationRoute]
    private let mutings: Mutings
    private var firing: [Labels: Firing] = [:]
    private var groups: [GroupName: TriedGroup] = [:]

    init(_ routes: [NotificationRoute], _ mutings: Mutings) {
        self.routes = routes
        self.mutings = mutings
    }

    /// Takes what has happened in a window, which ends at a time, and adds what would have been told in it.
    mutating func tell(_ events: [AlertEvent], until end: Int64, _ actions: inout [BacktestReport.Act]) {
        let inOrder = events.enumerated().sorted { a, b in (a.element.time, a.offset) < (b.element.time, b.offset) }
        for (_, event) in inOrder { take(event) }
        for (name, group) in groups.sorted(by: { bytesPrecede($0.key.key, $1.key.key) }) {
            group.advance(until: end, mutings, &actions)
            if group.isOver { groups[name] = nil }
        }
    }

    private mutating func take(_ event: AlertEvent) {
        switch event.kind {
        case .began(let alert):
            if firing[event.labels] != nil {
                firing[event.labels]?.count += 1
                return
            }
            let groups = groups(of: alert)
            firing[event.labels] = Firing(groups: groups)
            for group in groups { group.events.append(event) }
        case .goesOn:
            for group in firing[event.labels]?.groups ?? [] { group.events.append(event) }
        case .ended:
            guard let known = firing[event.labels] else { return }
            if known.count > 1 {
                firing[event.labels]?.count -= 1
                return
            }
            firing[event.labels] = nil
            for group in known.groups { group.events.append(event) }
        }
    }

    private mutating func groups(of alert: ActionAlert) -> [TriedGroup] {
        routes.groups(of: alert.labels).map { name, route in
            let group = groups[name] ?? TriedGroup(name, route.timing)
            groups[name] = group
            return group
        }
    }
}

/// A group of alerts of the past, with one of its route's actions. The action succeeds at once.
private final class TriedGroup {
    private let name: GroupName
    private let timing: GroupTiming
    private var alerts: [Labels: ActionAlert] = [:]
    private var state: AlertGroupState?
    /// What has happened and has not been looked at, in the order of time.
    var events: [AlertEvent] = []

    init(_ name: GroupName, _ timing: GroupTiming) {
        self.name = name
        self.timing = timing
    }

    /// Whether nothing of it is left.
    var isOver: Bool { state == nil && alerts.isEmpty && events.isEmpty }

    /// Goes on to a time.
    func advance(until end: Int64, _ mutings: Mutings, _ actions: inout [BacktestReport.Act]) {
        var at = 0
        while true {
            let nextEvent = at < events.count ? events[at].time : nil
            guard let now = [nextEvent, state?.nextFlush].compactMap({ $0 }).min(), now <= end else { break }
            var isToLookAt = state.map { $0.nextFlush <= now } ?? false
            while at < events.count, events[at].time <= now {
                if take(events[at]) { isToLookAt = true }
                at += 1
            }
            if isToLookAt { look(at: now, mutings, &actions) }
        }
        events.removeFirst(at)
    }

    /// Takes an event; says whether another alert fires now, or one less.
    private func take(_ event: AlertEvent) -> Bool {
        switch event.kind {
        case .began(let alert):
            alerts[event.labels] = alert
            return true
        case .goesOn(let value):
            alerts[event.labels]?.value = value
            return false
        case .ended:
            alerts[event.labels]?.isFiring = false
            alerts[event.labels]?.endsAt = event.time
            return true
        }
    }

    private func look(at now: Int64, _ mutings: Mutings, _ actions: inout [BacktestReport.Act]) {
        let outcome = AlertGroupState.next(
            after: state, alerts: Array(alerts.values), timing: timing, at: now,
            isMuted: { mutings.reason(for: $0, at: now) != nil })
        state = outcome.state
        if let notice = outcome.notice {
            actions.append(act(notice, at: now, silencedBy: nil))
            state = state?.settled(succeeded: true)
        }
        if let silenced = outcome.silenced {
            let reason = silenced.alerts.first.flatMap { mutings.reason(for: $0.labels, at: now) }
            actions.append(act(silenced, at: now, silencedBy: reason ?? ""))
        }
        // What is over stays for as long as somebody has to be told.
        let members = Set((state?.members ?? []).map(\.labels))
        alerts = alerts.filter { $0.value.isFiring || members.contains($0.key) }
    }

    private func act(_ notice: GroupNotice, at now: Int64, silencedBy: String?) -> BacktestReport.Act {
        .init(
            time: now, action: name.action, rule: name.route, cause: notice.isFiring ? "notify" : "resolve",
            reason: notice.reason.rawValue, state: notice.isFiring ? "firing" : "resolved", labels: name.labels,
            value: notice.alerts.count == 1 ? notice.alerts[0].value : nil,
            alerts: notice.alerts.map { .init(labels: $0.labels, isFiring: $0.isFiring, value: $0.value) },
            silencedBy: silencedBy)
    }
}
