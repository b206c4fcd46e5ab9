import Model

// An event as JSON: the body that Alertmanager's webhooks send (its version 4), so that whatever understands those understands
// this, and one member `vedette` with what they have no place for. It is also the form in which an event waits in the store.

extension ActionEvent {
    /// The event as JSON, on one line.
    public var json: [UInt8] {
        var json = JSONWriter(capacity: 1024)
        json.object { json in
            json.member("receiver", action)
            json.member("status", status)
            json.key("alerts")
            json.array { json in
                for alert in alerts { alert.write(to: &json) }
            }
            json.member("groupLabels", groupLabels)
            json.member("commonLabels", commonLabels)
            json.member("commonAnnotations", commonAnnotations)
            json.member("externalURL", externalURL)
            json.member("version", Self.version)
            json.member("groupKey", groupKey)
            json.member("truncatedAlerts", 0)
            json.key("vedette")
            writeOwn(to: &json)
        }
        return json.bytes
    }

    /// Alertmanager's number for the form.
    static let version = "4"

    private func writeOwn(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", id)
            json.member("key", key)
            json.member("rule", rule)
            json.member("cause", cause.rawValue)
            json.member("state", state)
            json.member("value", measured: value)
            json.member("threshold", threshold)
            json.member("since", time: since)
            json.member("decided_at", time: decidedAt)
            json.member("attempt", attempt)
            json.member("epoch", epoch)
        }
    }
}

extension ActionAlert {
    /// What Go prints for a time that is none: the end of an alert that fires.
    static let noTime = "0001-01-01T00:00:00Z"

    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("status", status)
            json.member("labels", labels)
            json.member("annotations", annotations)
            json.member("startsAt", time: startsAt)
            json.member("endsAt", endsAt.map(eventTime) ?? Self.noTime)
            json.member("generatorURL", generatorURL)
            json.member("fingerprint", fingerprint)
            json.member("value", measured: value)
        }
    }
}

/// RFC 3339 in UTC with milliseconds. Its years have four digits: what lies beyond is told as the first or the last of them.
func eventTime(_ milliseconds: Int64) -> String {
    formatTimestamp(min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999))
}

/// As Prometheus's API prints it, `NaN` and `+Inf` included.
func eventValue(_ value: Double) -> String { formatAPIValue(value) }

extension JSONWriter {
    /// A member that is a map of labels.
    fileprivate mutating func member(_ name: String, _ labels: Labels) {
        key(name)
        value(labels)
    }

    /// A member that is a time, or null.
    fileprivate mutating func member(_ name: String, time: Int64?) {
        key(name)
        if let time { value(eventTime(time)) } else { null() }
    }

    /// A member that is a measured value, or null. What JSON has no number for is a string: `"NaN"`, `"+Inf"`, `"-Inf"`.
    fileprivate mutating func member(_ name: String, measured: Double?) {
        key(name)
        guard let measured else { return null() }
        if measured.isFinite { value(measured) } else { value(eventValue(measured)) }
    }
}
