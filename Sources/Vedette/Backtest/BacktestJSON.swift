import Model
import Rules

/// A backtest as JSON. Times both as Unix milliseconds and as text, as everywhere.
func backtestJSON(_ report: BacktestReport) -> [UInt8] {
    var json = JSONWriter(capacity: 4096)
    json.object { json in
        time("from", report.from, &json)
        time("to", report.to, &json)
        json.member("evaluations", report.evaluations)
        json.key("rules")
        json.array { json in for timeline in report.timelines { write(timeline, until: report.to, &json) } }
        json.key("actions")
        json.array { json in for action in report.actions { write(action, &json) } }
        json.key("problems")
        json.array { json in for problem in report.problems { json.value(problem) } }
    }
    return json.bytes
}

private func write(_ timeline: BacktestReport.Timeline, until end: Int64, _ json: inout JSONWriter) {
    json.object { json in
        json.member("kind", timeline.kind)
        json.member("rule", timeline.rule)
        json.key("labels")
        json.value(timeline.labels)
        json.key("seconds")
        json.object { json in
            for (state, milliseconds) in timeline.durations(until: end) {
                json.member(state, Double(milliseconds) / 1000)
            }
        }
        json.key("timeline")
        json.array { json in
            for change in timeline.changes {
                json.object { json in
                    time("", change.time, &json)
                    json.member("state", change.state)
                    value(change.value, &json)
                }
            }
        }
    }
}

private func write(_ action: BacktestReport.Act, _ json: inout JSONWriter) {
    json.object { json in
        time("", action.time, &json)
        json.member("action", action.action)
        json.member("rule", action.rule)
        json.member("cause", action.cause)
        json.member("state", action.state)
        json.key("labels")
        json.value(action.labels)
        value(action.value, &json)
        json.member("alerts", action.alerts)
        json.key("silenced_by")
        if let reason = action.silencedBy { json.value(reason) } else { json.null() }
    }
}

private func time(_ name: String, _ milliseconds: Int64, _ json: inout JSONWriter) {
    json.member(name.isEmpty ? "ts" : "\(name)_ts", milliseconds)
    json.member(name.isEmpty ? "time" : name, formatTimestamp(milliseconds))
}

/// JSON has no number for what is none: that is text, as in the query API.
private func value(_ value: Double?, _ json: inout JSONWriter) {
    json.key("value")
    guard let value else { return json.null() }
    if value.isFinite { json.value(value) } else { json.value(formatAPIValue(value)) }
}
