import Model

extension RuleGroupInformation {
    /// Writes the group; where alerts are not wanted they are null, as with Prometheus.
    func write(to json: inout JSONWriter, withAlerts: Bool) {
        json.object { json in
            json.member("name", name)
            json.member("file", file)
            json.key("rules")
            json.array { json in
                for rule in rules { rule.write(to: &json, withAlerts: withAlerts) }
            }
            json.member("interval", seconds(interval))
            json.member("limit", limit)
            json.member("evaluationTime", Double(evaluationNanoseconds) / 1e9)
            json.member("lastEvaluation", goTime(lastEvaluation))
        }
    }
}

extension RuleInformation {
    fileprivate func write(to json: inout JSONWriter, withAlerts: Bool) {
        json.object { json in
            if let alerting { json.member("state", alerting.state) }
            json.member("name", name)
            json.member("query", query)
            if let alerting {
                json.member("duration", seconds(alerting.holdFor))
                json.member("keepFiringFor", seconds(alerting.keepFiringFor))
            }
            json.key("labels")
            json.pairs(labels)
            if let alerting { alerting.writeAlerts(to: &json, withAlerts: withAlerts) }
            json.member("health", health.rawValue)
            if !lastError.isEmpty { json.member("lastError", lastError) }
            json.member("evaluationTime", Double(evaluationNanoseconds) / 1e9)
            json.member("lastEvaluation", goTime(lastEvaluation))
            json.member("type", alerting == nil ? "recording" : "alerting")
        }
    }
}

extension RuleInformation.Alerting {
    fileprivate func writeAlerts(to json: inout JSONWriter, withAlerts: Bool) {
        json.key("annotations")
        json.pairs(annotations)
        json.key("alerts")
        guard withAlerts else { return json.null() }
        json.array { json in
            for alert in alerts { alert.write(to: &json) }
        }
    }
}

extension AlertInformation {
    /// Writes the alert.
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.key("labels")
            json.value(labels)
            json.key("annotations")
            json.pairs(annotations)
            json.member("state", isFiring ? "firing" : "pending")
            json.member("activeAt", formatTimestamp(activeAt))
            if let keepFiringSince { json.member("keepFiringSince", formatTimestamp(keepFiringSince)) }
            json.member("value", formatAlertValue(value))
        }
    }
}

extension JSONWriter {
    /// Labels or annotations as they are written, in the order of their names. Unlike those of a series they may be empty.
    fileprivate mutating func pairs(_ pairs: [Label]) {
        object { json in
            for pair in pairs.sorted(by: { bytesPrecede($0.name, $1.name) }) { json.member(pair.name, pair.value) }
        }
    }
}

private func seconds(_ milliseconds: Int64) -> Double { Double(milliseconds) / 1000 }

/// A time, or what Go prints for one that was never set.
private func goTime(_ milliseconds: Int64?) -> String {
    milliseconds.map(formatTimestamp) ?? "0001-01-01T00:00:00Z"
}
