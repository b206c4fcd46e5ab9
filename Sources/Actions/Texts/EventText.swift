import Model

/// What is said about an event where the configuration does not say it: short, and never long, whatever labels hold.
struct EventText: Sendable {
    private let event: ActionEvent
    /// What makes a text that comes from outside harmless where it is shown.
    private let escape: @Sendable (String) -> String

    /// How many alerts are spoken of one by one.
    private static let most = 10
    /// How much of one label, annotation or name is shown.
    private static let longestPart = 200
    /// How many labels of an alert are shown.
    private static let mostLabels = 20

    /// The texts of an event, with everything from outside escaped.
    init(_ event: ActionEvent, escape: @escaping @Sendable (String) -> String = { $0 }) {
        self.event = event
        self.escape = escape
    }

    /// `[FIRING:2] HighLatency (cluster=a)`, on one line.
    var title: String {
        let firing = event.alerts.count { $0.isFiring }
        let count = event.isFiring ? firing : event.alerts.count
        let name = event.commonLabels["alertname"] ?? event.rule
        let group = event.groupLabels.pairs.filter { !sameBytes($0.name, "alertname") }.prefix(5)
        let about = group.map { "\(part($0.name, 60))=\(part($0.value, 60))" }.joined(separator: ", ")
        return "[\(word)\(count > 1 ? ":\(count)" : "")] \(part(name, 100))" + (about.isEmpty ? "" : " (\(about))")
    }

    /// What state it is in, in one word: `RESOLVED`, `FIRING`, or the level of a threshold.
    private var word: String {
        if !event.isFiring { return "RESOLVED" }
        switch event.state {
        case "", "active", "firing", "resolved": return "FIRING"
        default: return part(event.state, 20).uppercased()
        }
    }

    /// A few lines for each alert.
    var text: String {
        var parts: [String] = []
        let spoken = event.alerts.sorted { $0.isFiring && !$1.isFiring }
        for alert in spoken.prefix(Self.most) { parts.append(lines(alert).joined(separator: "\n")) }
        if spoken.isEmpty { parts.append(condition(event.value, since: event.since, endsAt: nil)) }
        if spoken.count > Self.most { parts.append("and \(spoken.count - Self.most) more") }
        return parts.joined(separator: "\n\n")
    }

    private func lines(_ alert: ActionAlert) -> [String] {
        var lines: [String] = []
        let said = ["summary", "description", "message"].compactMap { alert.annotations[$0] }
        // In a mixed group it must be seen which alert is over.
        let mark = !alert.isFiring ? "Resolved: " : ""
        let headline = said.first.map { part($0, 500) } ?? part(alert.labels["alertname"] ?? event.rule, 100)
        lines.append(mark + headline)
        lines.append(condition(alert.value ?? event.value, since: alert.startsAt, endsAt: alert.endsAt))
        let labels = alert.labels.pairs.filter { !sameBytes($0.name, "alertname") }
        if !labels.isEmpty {
            let shown = labels.prefix(Self.mostLabels).map { "\(part($0.name))=\(part($0.value))" }
            lines.append(shown.joined(separator: ", ") + (labels.count > Self.mostLabels ? ", …" : ""))
        }
        if let link = link(alert.generatorURL), link.utf8.count <= 500 { lines.append(escape(link)) }
        return lines
    }

    /// `Value 120, threshold > 100, since 2026-11-21T06:35:14Z`
    private func condition(_ value: Double?, since: Int64?, endsAt: Int64?) -> String {
        var facts: [String] = []
        if let value { facts.append("value \(eventValue(value))") }
        if !event.threshold.isEmpty { facts.append("threshold \(part(event.threshold, 60))") }
        if let since, since != 0 { facts.append("since \(wholeSeconds(since))") }
        if let endsAt { facts.append("until \(wholeSeconds(endsAt))") }
        let sentence = facts.isEmpty ? event.status : facts.joined(separator: ", ")
        return sentence.prefix(1).uppercased() + sentence.dropFirst()
    }

    private func part(_ text: String, _ limit: Int = Self.longestPart) -> String {
        escape(shortened(onOneLine(shortened(text, to: 4 * limit)), to: limit))
    }
}

/// `2026-11-21T06:35:14Z`: nobody reads milliseconds in a message.
private func wholeSeconds(_ time: Int64) -> String { "\(eventTime(time).prefix(19))Z" }
