import Configuration
import Model

/// Alertmanager's API, version 2: it groups, silences and passes on what it is told.
struct AlertmanagerPreset: WebhookPreset {
    private let url: WebhookURL
    /// How long an alert counts as firing without being reported again.
    private let lifetime: Int64

    init(_ fields: Fields) {
        url = WebhookURL(fields, or: nil)
        let written = fields.duration("resolve_timeout")
        if let written, written < 1 {
            fields.context.fail(
                "`resolve_timeout` must be longer than nothing", at: fields.place(of: "resolve_timeout"))
        }
        lifetime = written ?? 86_400_000
    }

    var secrets: [Secret] { [] }

    var hasSecretPath: Bool { false }

    func message(_ filling: Filling) throws(UserError) -> WebhookMessage {
        let now = filling.tools.clock.now()
        var json = JSONWriter(capacity: 1024)
        json.array { json in
            for alert in alerts(of: filling.event) { write(alert, now: now, to: &json) }
        }
        return WebhookMessage(url: try url.text(filling, path: "/api/v2/alerts"), json: json.bytes)
    }

    /// The alerts; of an event without any, one for its rule: Alertmanager knows nothing else.
    private func alerts(of event: ActionEvent) -> [ActionAlert] {
        guard event.alerts.isEmpty else { return event.alerts }
        var alert = ActionAlert()
        alert.labels = event.groupLabels.setting("alertname", event.rule.isEmpty ? event.action : event.rule)
        alert.isFiring = event.isFiring
        alert.startsAt = event.since ?? event.decidedAt
        return [alert]
    }

    private func write(_ alert: ActionAlert, now: Int64, to json: inout JSONWriter) {
        let (later, overflow) = now.addingReportingOverflow(lifetime)
        json.object { json in
            json.key("labels")
            json.value(alert.labels)
            json.key("annotations")
            json.value(alert.annotations)
            if alert.startsAt != 0 { json.member("startsAt", eventTime(alert.startsAt)) }
            // Without an end Alertmanager would take it for resolved after five minutes: it expects to be told all the time.
            let end = alert.isFiring ? (overflow ? .max : later) : alert.endsAt ?? now
            json.member("endsAt", eventTime(end))
            // For anything but a URL all alerts would be refused.
            if let link = link(alert.generatorURL) { json.member("generatorURL", link) }
        }
    }
}
