import Actions
import Model

extension Backtest {
    /// Goes through the alerts of the past with the routes: what would have been told of them, and when.
    func tell(_ events: [AlertEvent], _ report: inout BacktestReport) {
        if configuration.routes.isEmpty || events.isEmpty { return }
        var groups: [String: TestedGroup] = [:]
        let sorted = events.sorted { $0.time < $1.time }
        var at = 0
        while true {
            let nextEvent = at < sorted.count ? sorted[at].time : nil
            let nextFlush = groups.values.compactMap { $0.state?.nextFlush }.min()
            guard let now = [nextEvent, nextFlush].compactMap({ $0 }).min(), now <= report.to else { return }
            var touched: Set<String> = []
            while at < sorted.count, sorted[at].time == now {
                take(sorted[at].alert, &groups, &touched)
                at += 1
            }
            for (key, group) in groups where group.state?.nextFlush ?? .max <= now { touched.insert(key) }
            for key in touched { look(key, &groups, &report, at: now) }
        }
    }

    private func take(_ alert: ActionAlert, _ groups: inout [String: TestedGroup], _ touched: inout Set<String>) {
        for route in configuration.routes.routes(for: alert.labels) {
            let labels = route.groupLabels(of: alert.labels)
            for action in route.actions {
                let key = GroupName(route: route.name, action: action, labels: labels).key
                groups[key, default: TestedGroup(route: route, action: action, labels: labels)].alerts[alert.labels] =
                    alert
                touched.insert(key)
            }
        }
    }

    private func look(
        _ key: String, _ groups: inout [String: TestedGroup], _ report: inout BacktestReport, at now: Int64
    ) {
        guard var group = groups[key] else { return }
        let outcome = AlertGroupState.next(
            after: group.state, alerts: Array(group.alerts.values), timing: group.route.timing, at: now,
            isMuted: { mutings.reason(for: $0, at: now) != nil })
        group.state = outcome.state
        if let notice = outcome.notice {
            report.actions.append(group.act(notice, at: now, silencedBy: nil))
            group.state = group.state?.settled(succeeded: true)
        }
        if let silenced = outcome.silenced {
            let reason = silenced.alerts.first.flatMap { mutings.reason(for: $0.labels, at: now) }
            report.actions.append(group.act(silenced, at: now, silencedBy: reason ?? ""))
        }
        let members = Set((group.state?.members ?? []).map(\.labels))
        group.alerts = group.alerts.filter { $0.value.isFiring || members.contains($0.key) }
        groups[key] = group.state == nil && group.alerts.isEmpty ? nil : group
    }
}

/// A group of alerts of the past.
private struct TestedGroup {
    let route: NotificationRoute
    let action: String
    let labels: Labels
    var alerts: [Labels: ActionAlert] = [:]
    var state: AlertGroupState?

    func act(_ notice: GroupNotice, at now: Int64, silencedBy: String?) -> BacktestReport.Act {
        .init(
            time: now, action: action, rule: route.name, cause: notice.isFiring ? "notify" : "resolve",
            state: notice.isFiring ? "firing" : "resolved", labels: labels,
            value: notice.alerts.count == 1 ? notice.alerts[0].value : nil, alerts: notice.alerts.count,
            silencedBy: silencedBy)
    }
}
