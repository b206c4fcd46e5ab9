import Configuration
import Model
import PromQL

/// `thresholds:` – what is judged, and what is done then.
public struct ThresholdsSection: Sendable {
    /// A threshold with where and how often it is judged.
    public struct Configured: Sendable {
        /// The threshold.
        public var threshold: Threshold
        /// How often, in milliseconds.
        public var interval: Int64
        /// The server that is asked; nil for the store.
        public var source: SourceSection?
        /// The actions that it names, each with its place.
        public var actionPlaces: [(name: String, place: Place)]

        /// A threshold that does not come from this section.
        public init(threshold: Threshold, interval: Int64, source: SourceSection?) {
            self.threshold = threshold
            self.interval = interval
            self.source = source
            actionPlaces = []
        }
    }

    /// The thresholds in the order in which they stand.
    public var thresholds: [Configured] = []

    /// Nothing is judged.
    public init() {}

    /// Reads the section among the configuration's fields.
    public init(_ root: Fields, global: GlobalSection) {
        guard let node = root.node("thresholds") else { return }
        let context = root.context
        var names: [String: Place] = [:]
        for item in context.list(node) {
            guard let one = Configured(item, in: context, global: global) else { continue }
            if let other = names[one.threshold.name] {
                context.fail("threshold `\(one.threshold.name)` is there twice, also at \(other)", at: item.place)
            }
            names[one.threshold.name] = item.place
            thresholds.append(one)
        }
    }

    /// Complains about actions that nobody has configured.
    public func check(actions: [String], in context: DecodingContext) {
        for (name, place) in thresholds.flatMap(\.actionPlaces) where !actions.contains(name) {
            context.fail("unknown action `\(name)`\(hint(for: name, among: actions))", at: place)
        }
    }
}

extension ThresholdsSection.Configured {
    fileprivate init?(_ node: Node, in context: DecodingContext, global: GlobalSection) {
        let fields = Fields(node, in: context)
        let name = fields.required("name")
        let query = fields.query("expr")
        let scope: Threshold.Scope = fields.choice("series", "scope") ?? .each
        let missing: ThresholdRule.MissingPolicy = fields.choice("missing", "policy for missing values") ?? .lastValue
        let missingFor = fields.duration("missing_for")
        if missingFor != nil, missing != .lastValue {
            context.fail("`missing_for` goes with `missing: last_value`", at: fields.place(of: "missing_for"))
        }
        interval = fields.duration("interval") ?? global.evaluationInterval
        if interval <= 0 { context.fail("the interval must be longer than 0", at: fields.place(of: "interval")) }
        source = fields.section("source")
        let labels = fields.labels("labels") ?? []
        let annotations = fields.annotations(of: name ?? "")
        var places: [(name: String, place: Place)] = []
        let levels = Self.levels(fields, &places)
        fields.finish()
        actionPlaces = places
        guard let name, let query, !levels.isEmpty else { return nil }
        threshold = Threshold(
            name: name, query: query, scope: scope,
            rule: ThresholdRule(levels, missing: missing, missingFor: missingFor ?? 300_000))
        threshold.labels = labels
        threshold.annotations = annotations
    }

    /// One level from the threshold's own keys, or those of `soft` and `hard`.
    private static func levels(
        _ fields: Fields, _ places: inout [(name: String, place: Place)]
    ) -> [ThresholdRule.Level] {
        let context = fields.context
        if let node = fields.node("soft") {
            for key in ["threshold", "for", "backoff", "actions"] where fields.contains(key) {
                context.fail(
                    "`\(key)` belongs into `soft` or `hard` where there are two levels", at: fields.place(of: key))
            }
            var levels: [ThresholdRule.Level] = []
            for (name, node) in [("soft", node), ("hard", fields.node("hard"))] {
                guard let node else { continue }
                let inner = Fields(node, in: context)
                if let level = level(name, inner, &places) { levels.append(level) }
                inner.finish()
            }
            if levels.count == 2 { check(soft: levels[0].comparison, hard: levels[1].comparison, fields) }
            return levels
        }
        if let node = fields.node("hard") {
            // There is nothing to be hard against: it is a single level.
            let inner = Fields(node, in: context)
            defer { inner.finish() }
            return level("active", inner, &places).map { [$0] } ?? []
        }
        return level("active", fields, &places).map { [$0] } ?? []
    }

    /// A level that nothing reaches, or everything that reaches the one below, was not meant so.
    private static func check(soft: Comparison, hard: Comparison, _ fields: Fields) {
        let place = fields.place(of: "hard")
        if !soft.goesWith(hard) {
            fields.context.fail(
                "`hard` can never be reached: no value that is \(soft) is \(hard) as well", at: place)
        } else if soft.implies(hard) {
            fields.context.warn("`hard` is no harder than `soft`: every value that is \(soft) is \(hard)", at: place)
        }
    }

    private static func level(
        _ name: String, _ fields: Fields, _ places: inout [(name: String, place: Place)]
    ) -> ThresholdRule.Level? {
        let comparison = fields.comparison("threshold")
        let holdFor = fields.duration("for") ?? 0
        let backoff = fields.duration("backoff")
        let actions = fields.node("actions").map { LevelActions($0, in: fields.context) } ?? LevelActions()
        places += actions.places
        guard let comparison else { return nil }
        var level = ThresholdRule.Level(name, comparison, holdFor: holdFor, backoff: backoff)
        level.onEnter = actions.enter
        level.onRepeat = backoff == nil ? [] : actions.repeat
        level.onResolve = actions.resolve
        if backoff == nil, let place = actions.repeatPlace {
            fields.context.fail("`repeat` needs a `backoff`: the pause between two times", at: place)
        }
        return level
    }
}

/// `actions` of a level: names that are run on entering and repeating, or a list for each occasion.
private struct LevelActions {
    var enter: [String] = []
    var `repeat`: [String] = []
    var resolve: [String] = []
    var repeatPlace: Place?
    var places: [(name: String, place: Place)] = []

    init() {}

    init(_ node: Node, in context: DecodingContext) {
        guard case .map = node.content else {
            enter = names(node, in: context)
            `repeat` = enter
            return
        }
        let fields = Fields(node, in: context)
        enter = fields.node("enter").map { names($0, in: context) } ?? []
        if let node = fields.node("repeat") {
            `repeat` = names(node, in: context)
            repeatPlace = fields.place(of: "repeat")
        }
        resolve = fields.node("resolve").map { names($0, in: context) } ?? []
        fields.finish()
    }

    private mutating func names(_ node: Node, in context: DecodingContext) -> [String] {
        let items = context.list(node)
        var names: [String] = []
        for item in items {
            guard let name = context.string(item), !names.contains(name) else { continue }
            names.append(name)
            places.append((name, item.place))
        }
        return names
    }
}

extension Fields {
    /// A query of PromQL that must be there and give an instant vector or a number.
    func query(_ key: String) -> ParsedQuery? {
        guard let text = required(key), let node = node(key) else { return nil }
        do throws(QueryError) {
            let query = try ParsedQuery(text)
            switch query.expression.type {
            case .vector, .scalar: return query
            case .matrix, .string:
                context.fail("`\(key)` must give an instant vector or a number", at: node.place)
                return nil
            }
        } catch {
            context.fail("cannot read `\(key)`: \(error.description)", at: node.place)
            return nil
        }
    }

    /// What is said about alerts, with its templates.
    func annotations(of rule: String) -> [TemplatedText] {
        guard let node = node("annotations") else { return [] }
        return context.entries(node).compactMap { entry in
            guard let text = context.string(entry.value) else { return nil }
            do throws(UserError) {
                return try TemplatedText(name: entry.key, text: text, alert: rule)
            } catch {
                context.fail(error, at: entry.value.place)
                return nil
            }
        }
    }

    /// An operator and a number that must be there.
    func comparison(_ key: String) -> Comparison? {
        guard let text = required(key), let node = node(key) else { return nil }
        do throws(UserError) {
            return try Comparison(text)
        } catch {
            context.fail(error.message, at: node.place)
            return nil
        }
    }
}
