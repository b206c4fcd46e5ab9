import Model

/// Which group of alerts: of a route, with these labels, and for one of the route's actions.
struct GroupName: Sendable, Hashable {
    var route: String
    var action: String
    var labels: Labels

    /// What it is stored under.
    var key: String { "\(route):\(labels.inBraces)/\(action)" }

    /// What its actions have as their origin.
    var origin: String { Self.origin + key }

    /// What the origins of all groups begin with.
    static let origin = "group:"
}

extension NotificationRoute {
    /// The group of an alert with these labels, for one of the actions.
    func group(of labels: Labels, for action: String) -> GroupName {
        GroupName(route: name, action: action, labels: groupLabels(of: labels))
    }
}

extension [NotificationRoute] {
    /// The groups that an alert with these labels is in, each with its route.
    func groups(of labels: Labels) -> [(name: GroupName, route: NotificationRoute)] {
        routes(for: labels).flatMap { route in
            route.actions.map { (route.group(of: labels, for: $0), route) }
        }
    }
}
