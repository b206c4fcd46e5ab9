import Configuration
import Model

/// `maintenance`: windows in which alerts are not told of.
public struct MaintenanceSection: ConfigurationSection, Hashable {
    /// The windows, each with a name of its own.
    public var windows: [MaintenanceWindow] = []

    /// No windows.
    public init() {}

    /// Reads the list.
    public init(from node: Node, in context: DecodingContext) {
        let database = TimeZoneDatabase(context)
        var names: Set<[UInt8]> = []
        for item in context.list(node) {
            var reader = WindowReader(item, database, in: context)
            guard let window = reader.window() else { continue }
            if !names.insert(Array(window.name.utf8)).inserted {
                context.fail("the maintenance window `\(window.name)` stands twice", at: item.place)
            }
            windows.append(window)
        }
    }
}

/// Reads one window.
private struct WindowReader {
    private static let recurringKeys = ["days", "days_of_month", "months", "at", "duration"]
    /// Longer than a year nothing is maintained.
    private static let longestDuration: Int64 = 366 * 86_400_000

    private let fields: Fields
    private let context: DecodingContext
    private let database: TimeZoneDatabase

    init(_ node: Node, _ database: TimeZoneDatabase, in context: DecodingContext) {
        fields = Fields(node, in: context)
        self.context = context
        self.database = database
    }

    /// The window; nil when it is wrong, which has been noted then.
    mutating func window() -> MaintenanceWindow? {
        let known = context.errors.count
        let name = fields.required("name")
        let matchers = fields.matchers("matchers")
        let author = fields.string("author") ?? ""
        let comment = fields.string("comment") ?? ""
        let zone = read("time_zone") { text throws(UserError) in try database.zone(text) }
        let isRecurring = Self.recurringKeys.contains { fields.node($0) != nil }
        let isOnce = fields.node("from") != nil || fields.node("to") != nil
        let schedule: MaintenanceWindow.Schedule?
        switch (isOnce, isRecurring) {
        case (true, false): schedule = once(zone)
        case (false, true): schedule = recurring(zone ?? .utc).map { .recurring($0) }
        default:
            schedule = nil
            context.fail("expected either `from` and `to`, or `days`, `at` and `duration`", at: fields.place)
        }
        fields.finish()
        guard let name, let schedule, context.errors.count == known else { return nil }
        return MaintenanceWindow(
            name: name, matchers: matchers ?? MatcherSet(), author: author, comment: comment, schedule: schedule)
    }

    private func once(_ zone: TimeZone?) -> MaintenanceWindow.Schedule? {
        let from = required("from") { text throws(UserError) in try moment(text, zone) }
        let to = required("to") { text throws(UserError) in try moment(text, zone) }
        guard let from, let to else { return nil }
        guard from < to else {
            context.fail("the window must end after it begins", at: fields.place(of: "to"))
            return nil
        }
        return .once(from..<to, zone: zone)
    }

    /// A time in RFC 3339, or without an offset what clocks show in the zone.
    private func moment(_ text: String, _ zone: TimeZone?) throws(UserError) -> Int64 {
        let time = text.drop { $0 != "T" }
        let hasOffset = time.contains { "Zz+-".contains($0) }
        guard !hasOffset, !time.isEmpty else {
            let moment = try readTime(text)
            // Which of the two is meant cannot be known.
            if zone != nil {
                throw UserError("cannot use time \(quoted(text)): it has an offset, and there is a `time_zone` too")
            }
            return moment
        }
        guard let zone else {
            throw UserError(
                "cannot use time \(quoted(String(text.prefix(64)))): it has neither an offset nor a `time_zone`")
        }
        let seconds = time.utf8.count == "T22:00".utf8.count ? ":00" : ""
        return zone.moment(showing: floorDivide(try readTime(text + seconds + "Z"), by: 1000)) * 1000
    }

    private func recurring(_ zone: TimeZone) -> Recurrence? {
        let at = required("at") { text throws(UserError) in try readTimeOfDay(text) }
        let duration = fields.duration("duration")
        if fields.node("duration") == nil { context.fail("`duration` is missing", at: fields.place) }
        var recurrence = Recurrence(at: at ?? 0, duration: duration ?? 1, zone: zone)
        if let duration, !(1...Self.longestDuration).contains(duration) {
            context.fail("`duration` must be more than 0s and at most 366d", at: fields.place(of: "duration"))
            recurrence.duration = 1
        }
        if let bits = list("days", { text throws(UserError) in try readWeekdays(text) }) {
            recurrence.weekdays = bits.reduce(0, |)
        }
        if let ranges = list("days_of_month", { text throws(UserError) in try readDaysOfMonth(text) }) {
            recurrence.daysOfMonth = ranges
        }
        if let bits = list("months", { text throws(UserError) in try readMonths(text) }) {
            recurrence.months = bits.reduce(0, |)
        }
        if !recurrence.isPossible {
            context.fail("the window never begins: none of `months` has any of `days_of_month`", at: fields.place)
        }
        return recurrence
    }

    // MARK: Fields

    private func required<Value>(_ key: String, _ parse: (String) throws(UserError) -> Value) -> Value? {
        if fields.node(key) == nil { context.fail("`\(key)` is missing", at: fields.place) }
        return read(key, parse)
    }

    private func read<Value>(_ key: String, _ parse: (String) throws(UserError) -> Value) -> Value? {
        fields.node(key).flatMap { value(of: $0, parse) }
    }

    /// The items of a list, which must have one at least; nil when there is no such key, or when one of them is wrong.
    private func list<Value>(_ key: String, _ parse: (String) throws(UserError) -> Value) -> [Value]? {
        guard let node = fields.node(key) else { return nil }
        let items = context.list(node)
        if items.isEmpty { context.fail("`\(key)` has nothing in it", at: node.place) }
        let values = items.compactMap { value(of: $0, parse) }
        return values.isEmpty || values.count < items.count ? nil : values
    }

    private func value<Value>(of node: Node, _ parse: (String) throws(UserError) -> Value) -> Value? {
        guard let text = context.string(node) else { return nil }
        do {
            return try parse(text)
        } catch {
            context.fail(error, at: node.place)
            return nil
        }
    }
}
