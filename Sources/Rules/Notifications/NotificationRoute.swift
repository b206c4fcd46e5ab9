import Model

/// Which alerts are told to which actions, and how they are gathered before.
public struct NotificationRoute: Sendable, Hashable {
    /// What alerts are put together by.
    public enum Grouping: Sendable, Hashable {
        /// By the values of these labels; without any, all of the route are one group.
        case labels([String])
        /// By all labels: each alert is a group of its own.
        case everyLabel
    }

    /// What it is called; no other route is called so.
    public var name: String
    /// The alerts that go this way.
    public var matchers: MatcherSet
    /// The names of the actions that tell of them.
    public var actions: [String]
    /// What alerts are put together by.
    public var grouping: Grouping
    /// How long what has been gathered waits.
    public var timing: GroupTiming
    /// Whether alerts that went this way go on to the routes behind it too.
    public var continues: Bool

    /// A route.
    public init(
        name: String, matchers: MatcherSet, actions: [String], grouping: Grouping = .labels([]),
        timing: GroupTiming = GroupTiming(), continues: Bool = false
    ) {
        self.name = name
        self.matchers = matchers
        self.actions = actions
        self.grouping = grouping
        self.timing = timing
        self.continues = continues
    }

    /// The labels that an alert's group is known by; one that the alert does not have is left out.
    public func groupLabels(of labels: Labels) -> Labels {
        switch grouping {
        case .labels(let names): labels.keeping(names)
        case .everyLabel: labels
        }
    }

    /// The name of a group for ever, as Alertmanager's: the route's name and the group's labels.
    public func groupKey(_ groupLabels: Labels) -> String { "\(name):\(groupLabels.inBraces)" }
}

extension [NotificationRoute] {
    /// The routes that an alert with these labels goes: the first that fits, and behind one that continues the next.
    public func routes(for labels: Labels) -> [NotificationRoute] {
        var found: [NotificationRoute] = []
        for route in self where route.matchers.accepts(labels) {
            found.append(route)
            if !route.continues { break }
        }
        return found
    }
}

/// How long alerts of a group wait for each other, in milliseconds. The defaults are Alertmanager's.
public struct GroupTiming: Sendable, Hashable {
    /// How long a new group waits for further alerts.
    public var wait: Int64 = 30_000
    /// How often a group is looked at afterwards.
    public var interval: Int64 = 300_000
    /// After what time a group is told again though nothing has changed.
    public var repetition: Int64 = 14_400_000
    /// Whether it is told that an alert is resolved.
    public var sendsResolved = true

    /// Alertmanager's.
    public init() {}
}
