import Configuration
import Model

/// PagerDuty's Events API, version 2.
struct PagerDutyPreset: WebhookPreset {
    private let url: WebhookURL
    private let routingKey: Secret
    private let severity: TextTemplate?
    private let title: TextTemplate?
    private let source: TextTemplate?

    /// What PagerDuty knows.
    private static let severities = ["critical", "error", "warning", "info"]

    init(_ fields: Fields) {
        url = WebhookURL(fields, or: "https://events.pagerduty.com/v2/enqueue")
        let key = fields.secret("routing_key")
        if key == nil { fields.context.fail("`routing_key` is missing", at: fields.place) }
        routingKey = key ?? Secret("")
        severity = TextTemplate(fields, "severity")
        title = TextTemplate(fields, "title")
        source = TextTemplate(fields, "source")
    }

    var secrets: [Secret] { [routingKey] }

    var hasSecretPath: Bool { false }

    func message(_ filling: Filling) throws(UserError) -> WebhookMessage {
        let event = filling.event
        let words = EventText(event)
        let title = try filling.line(title, or: words.title)
        let severity = try severity(filling)
        let source = try filling.line(source, or: event.commonLabels["instance"] ?? event.rule)
        var json = JSONWriter(capacity: 1024)
        json.object { json in
            json.member("routing_key", filling.secrets[routingKey])
            json.member("event_action", event.isFiring ? "trigger" : "resolve")
            json.member("dedup_key", incident(event))
            json.member("client", "Vedette")
            if !filling.home.isEmpty { json.member("client_url", filling.home) }
            json.key("payload")
            json.object { json in
                json.member("summary", title.isEmpty ? words.title : shortened(title, to: 1024))
                json.member("source", source.isEmpty ? "vedette" : shortened(source, to: 255))
                json.member("severity", severity)
                if let since = event.since ?? event.alerts.first?.startsAt, since > 0 {
                    json.member("timestamp", eventTime(since))
                }
                details(event, words, to: &json)
            }
            links(event, to: &json)
        }
        return WebhookMessage(url: try url.text(filling), json: json.bytes)
    }

    /// The whole event must stay under 512 kB: what labels hold is cut before it is written.
    private func details(_ event: ActionEvent, _ words: EventText, to json: inout JSONWriter) {
        json.key("custom_details")
        json.object { json in
            json.member("text", shortened(words.text, toBytes: 32 << 10))
            json.member("state", shortened(event.state, to: 255))
            if let value = event.value { json.member("value", eventValue(value)) }
            if !event.threshold.isEmpty { json.member("threshold", shortened(event.threshold, to: 255)) }
            for pair in event.commonLabels.pairs.prefix(100) {
                json.member("label_\(shortened(pair.name, to: 100))", shortened(pair.value, toBytes: 1024))
            }
        }
    }

    private func links(_ event: ActionEvent, to json: inout JSONWriter) {
        let urls = event.alerts.compactMap { link($0.generatorURL) }
        if urls.isEmpty { return }
        json.key("links")
        json.array { json in
            for url in urls.prefix(10) {
                json.object { json in
                    json.member("href", url)
                    json.member("text", "Expression")
                }
            }
        }
    }

    /// What the incident is known by, the same from its beginning to its end: at most 255 characters.
    private func incident(_ event: ActionEvent) -> String {
        // Another rule can have a group of the same labels, and a rule can have a long name.
        var group = ActionAlert()
        group.labels = event.groupLabels
        var rule = ActionAlert()
        rule.labels = [Labels.metricName: event.rule]
        return "vedette/\(shortened(onOneLine(event.rule), to: 180))/\(rule.fingerprint)\(group.fingerprint)"
    }

    /// As the configuration says, or the label `severity`, in words that PagerDuty knows.
    private func severity(_ filling: Filling) throws(UserError) -> String {
        let wanted = try filling.line(severity, or: filling.event.commonLabels["severity"] ?? "").lowercased()
        if Self.severities.contains(wanted) { return wanted }
        return switch wanted {
        case "page", "fatal", "emergency", "alert", "high": "critical"
        case "warn", "medium", "ticket": "warning"
        case "information", "informational", "notice", "low", "none", "debug": "info"
        case _ where filling.event.state == "soft": "warning"
        default: "error"
        }
    }
}
