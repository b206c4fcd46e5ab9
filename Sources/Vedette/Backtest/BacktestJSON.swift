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
        json.array { json in for rule in report.rules { write(rule, of: report, &json) } }
        json.key("actions")
        json.array { json in for action in report.actions { write(action, &json) } }
        json.key("action_counts")
        json.object { json in
            for count in report.actionCounts {
                json.key(count.action)
                write(count, &json)
            }
        }
        json.key("problems")
        json.array { json in for problem in report.problems { write(problem, &json) } }
    }
    return json.bytes
}

private func write(_ rule: BacktestReport.Rule, of report: BacktestReport, _ json: inout JSONWriter) {
    json.object { json in
        json.member("kind", rule.kind.rawValue)
        json.member("rule", rule.name)
        if rule.kind != .threshold { json.member("group", rule.group) }
        json.key("labels")
        json.value(rule.labels)
        json.member("interval_seconds", seconds(rule.interval))
        json.member("evaluations", rule.evaluations)
        json.member("failures", rule.failures)
        if rule.kind == .record {
            json.member("samples", rule.recordedSamples)
            json.member("most_series", rule.mostSeries)
            return
        }
        json.key("states")
        json.object { json in
            for count in report.counts(of: rule) {
                json.key(count.state)
                json.object { json in
                    json.member("series", count.series)
                    json.member("times", count.times)
                    json.member("seconds", seconds(count.total))
                    json.member("longest_seconds", seconds(count.longest))
                }
            }
        }
        json.key("series")
        json.array { json in for timeline in rule.series { write(timeline, until: report.to, &json) } }
    }
}

private func write(_ timeline: BacktestReport.Timeline, until end: Int64, _ json: inout JSONWriter) {
    json.object { json in
        json.key("labels")
        json.value(timeline.labels)
        json.key("seconds")
        json.object { json in
            for (state, milliseconds) in timeline.durations(until: end) { json.member(state, seconds(milliseconds)) }
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
        if let reason = action.reason { json.member("reason", reason) }
        json.member("state", action.state)
        json.key("labels")
        json.value(action.labels)
        value(action.value, &json)
        json.key("alerts")
        json.array { json in
            for alert in action.alerts {
                json.object { json in
                    json.member("status", alert.isFiring ? "firing" : "resolved")
                    json.key("labels")
                    json.value(alert.labels)
                    value(alert.value, &json)
                }
            }
        }
        json.key("silenced_by")
        if let reason = action.silencedBy { json.value(reason) } else { json.null() }
    }
}

private func write(_ count: BacktestReport.ActionCount, _ json: inout JSONWriter) {
    json.object { json in
        json.member("run", count.run)
        for (cause, times) in count.causes.sorted(by: { bytesPrecede($0.key, $1.key) }) { json.member(cause, times) }
        json.member("silenced", count.silenced)
    }
}

private func write(_ problem: BacktestReport.Problem, _ json: inout JSONWriter) {
    json.object { json in
        json.member("rule", problem.rule)
        json.member("reason", problem.reason)
        json.member("times", problem.count)
        time("first", problem.first, &json)
    }
}

private func seconds(_ milliseconds: Int64) -> Double { Double(milliseconds) / 1000 }

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
