import Configuration
import Model

/// `routes`: which alerts are told to which actions. The first route that fits counts.
public struct RoutesSection: Sendable, Hashable {
    /// The routes in their order, each with a name of its own.
    public var routes: [NotificationRoute] = []

    /// No routes: nobody is told anything.
    public init() {}

    /// Reads the routes from the top level of a configuration; their actions must be among these.
    public init(_ root: Fields, actions: [String]) {
        let context = root.context
        guard let node = root.node("routes") else { return }
        var names: Set<[UInt8]> = []
        for item in context.list(node) {
            guard let route = NotificationRoute(from: item, in: context, actions: actions) else { continue }
            if !names.insert(Array(route.name.utf8)).inserted {
                context.fail("the route `\(route.name)` stands twice: give one of them another `name`", at: item.place)
            }
            routes.append(route)
        }
    }
}

extension NotificationRoute {
    /// Reads one route; nil when it is wrong.
    fileprivate init?(from node: Node, in context: DecodingContext, actions known: [String]) {
        let errors = context.errors.count
        let fields = Fields(node, in: context)
        let matchers = fields.matchers("match") ?? MatcherSet()
        let name = fields.string("name") ?? matchers.description
        if name.isEmpty { context.fail("`name` is empty", at: fields.place(of: "name")) }
        let actions = readActions(fields, known)
        let grouping = readGrouping(fields)
        let timing = GroupTiming(fields)
        let continues = fields.bool("continue") ?? false
        fields.finish()
        if context.errors.count != errors { return nil }
        self.init(
            name: name, matchers: matchers, actions: actions, grouping: grouping, timing: timing, continues: continues)
    }
}

private func readActions(_ fields: Fields, _ known: [String]) -> [String] {
    let context = fields.context
    let items = fields.list("actions") { $0 }
    if items.isEmpty { context.fail("`actions` is missing", at: fields.place) }
    var actions: [String] = []
    for item in items {
        guard let action = context.string(item) else { continue }
        if !known.contains(where: { sameBytes($0, action) }) {
            let near = suggestion(for: action, among: known).map { ", did you mean `\($0)`?" } ?? ""
            context.fail("unknown action `\(action)`\(near)", at: item.place)
        }
        if actions.contains(where: { sameBytes($0, action) }) {
            context.fail("the action `\(action)` stands twice", at: item.place)
        }
        actions.append(action)
    }
    return actions
}

private func readGrouping(_ fields: Fields) -> NotificationRoute.Grouping {
    let context = fields.context
    var names: [String] = []
    var isEvery = false
    for item in fields.list("group_by", { $0 }) {
        guard let name = context.string(item) else { continue }
        if name == "..." {
            isEvery = true
            continue
        }
        if name.isEmpty { context.fail("a label name must not be empty", at: item.place) }
        if names.contains(where: { sameBytes($0, name) }) {
            context.fail("the label `\(name)` stands twice", at: item.place)
        }
        names.append(name)
    }
    if isEvery, !names.isEmpty {
        context.fail("`...` stands for all labels: no other can stand beside it", at: fields.place(of: "group_by"))
    }
    return isEvery ? .everyLabel : .labels(names)
}

extension GroupTiming {
    /// Longer than ten years nothing waits.
    private static let longest: Int64 = 3650 * 86_400_000

    fileprivate init(_ fields: Fields) {
        self.init()
        wait = Self.read(fields, "group_wait", from: 0) ?? wait
        interval = Self.read(fields, "group_interval", from: 1) ?? interval
        repetition = Self.read(fields, "repeat_interval", from: 1) ?? repetition
        sendsResolved = fields.bool("send_resolved") ?? sendsResolved
        if repetition < interval, fields.node("repeat_interval") != nil {
            fields.context.warn(
                "a group is looked at every `group_interval` (\(formatDuration(interval))): it cannot be repeated more often",
                at: fields.place(of: "repeat_interval"))
        }
    }

    private static func read(_ fields: Fields, _ key: String, from least: Int64) -> Int64? {
        guard let time = fields.duration(key) else { return nil }
        guard (least...longest).contains(time) else {
            let bound = time < least ? "more than 0s" : "at most ten years"
            fields.context.fail("`\(key)` must be \(bound)", at: fields.place(of: key))
            return nil
        }
        return time
    }
}
