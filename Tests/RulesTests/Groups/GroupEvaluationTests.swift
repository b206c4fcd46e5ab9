import Model
import PromQL
import Testing

@testable import Rules

@Suite("Evaluating a group")
struct GroupEvaluationTests {
    @Test("gives recorded series their names and labels")
    func recording() throws {
        let group = try makeGroup(
            "record: r, expr: x, labels: {a: over, b: '', c: new}", "record: n, expr: 42", "record: e, expr: x > 10")
        var driver = try GroupDriver(group, over: source("x{a=\"1\",b=\"2\",d=\"3\"} 5 6"))
        #expect(driver.samples(minute: 0) == ["r{a=\"over\", c=\"new\", d=\"3\"} 5 @0", "n 42 @0"])
        #expect(driver.samples(minute: 1) == ["r{a=\"over\", c=\"new\", d=\"3\"} 6 @60", "n 42 @60"])
        #expect(driver.state.rules.map(\.health) == [.ok, .ok, .ok])
        #expect(driver.state.rules.map(\.lastEvaluation) == [60_000, 60_000, 60_000])
    }

    @Test("ends series that are not there any more, once")
    func stale() throws {
        var driver = try GroupDriver(
            makeGroup("record: r, expr: x > 1"), over: source("x{i=\"1\"} 5 0 0 5", "x{i=\"2\"} 5 5 stale"))
        #expect(driver.samples(minute: 0) == ["r{i=\"1\"} 5 @0", "r{i=\"2\"} 5 @0"])
        #expect(driver.samples(minute: 1) == ["r{i=\"2\"} 5 @60", "r{i=\"1\"} stale @60"])
        #expect(driver.samples(minute: 2) == ["r{i=\"2\"} stale @120"])
        #expect(driver.samples(minute: 3) == ["r{i=\"1\"} 5 @180"])
    }

    @Test("does not end a series that another rule writes now")
    func moved() throws {
        var driver = try GroupDriver(
            makeGroup("record: r, expr: x < 1", "record: r, expr: x >= 1"), over: source("x 0 1 0"))
        #expect(driver.samples(minute: 0) == ["r 0 @0"])
        #expect(driver.samples(minute: 1) == ["r 1 @60"])
        #expect(driver.samples(minute: 2) == ["r 0 @120"])
    }

    @Test("lets later rules see what earlier ones wrote, and not the other way")
    func order() throws {
        var driver = try GroupDriver(
            makeGroup(
                "record: early, expr: late", "record: a, expr: x + 1", "record: b, expr: a * 2",
                "record: late, expr: 'sum_over_time(b[3m])'", "alert: High, expr: b > 5",
                "record: alerts, expr: 'count(ALERTS{alertname=\"High\"})'"),
            over: source("x 1 2 3"))
        #expect(driver.samples(minute: 0) == ["a 2 @0", "b 4 @0", "late 4 @0"])
        #expect(
            driver.samples(minute: 1) == [
                "early 4 @60", "a 3 @60", "b 6 @60", "late 10 @60",
                "ALERTS{alertname=\"High\", alertstate=\"firing\"} 1 @60",
                "ALERTS_FOR_STATE{alertname=\"High\"} 60 @60",
                "alerts 1 @60",
            ])
    }

    @Test("lets later rules see that a series ended")
    func endSeen() throws {
        var driver = try GroupDriver(
            makeGroup("record: a, expr: x > 1", "record: b, expr: count(a) or vector(0)"), over: source("x 2 1"))
        #expect(driver.samples(minute: 0) == ["a 2 @0", "b 1 @0"])
        #expect(driver.samples(minute: 1) == ["a stale @60", "b 0 @60"])
    }

    @Test("looks as far into the past as it is told")
    func offset() throws {
        let group = try makeGroup(
            "record: a, expr: x", "record: b, expr: a", "alert: A, expr: x > 0", "record: t, expr: time()",
            keys: "query_offset: 2m")
        var driver = try GroupDriver(group, over: source("x 1 2 3 4"))
        #expect(
            driver.samples(minute: 3) == [
                "a 2 @60", "b 2 @60", "ALERTS{alertname=\"A\", alertstate=\"firing\"} 1 @60",
                "ALERTS_FOR_STATE{alertname=\"A\"} 180 @60", "t 60 @60",
            ])
        var settings = GroupSettings()
        settings.queryOffset = 60_000
        var other = try GroupDriver(makeGroup("record: a, expr: x"), over: source("x 1 2 3 4"), settings: settings)
        #expect(other.samples(minute: 3) == ["a 3 @120"])
    }

    // MARK: What goes wrong

    @Test(
        "notes what went wrong with a rule, and goes on with the next",
        arguments: [
            (
                "record: r, expr: x, labels: {i: all}",
                "vector contains metrics with the same labelset after applying rule labels"
            ),
            (
                "alert: r, expr: x, labels: {i: all}",
                "vector contains metrics with the same labelset after applying alert labels"
            ),
            ("record: r, expr: '\"a\"'", "rule result is not a vector or scalar"),
            ("record: r, expr: 'x[5m]'", "rule result is not a vector or scalar"),
            ("record: r, expr: 'abs({i=~\".+\"})'", "vector cannot contain metrics with the same labelset"),
            ("record: r, expr: x or y", "exceeded limit of 2 with 3 series"),
            ("alert: r, expr: x or y", "exceeded limit of 2 with 3 alerts"),
        ])
    func failures(rule: String, message: String) throws {
        var driver = try GroupDriver(
            makeGroup(rule, "record: next, expr: 1", keys: "limit: 2"),
            over: source("x{i=\"1\"} 1", "x{i=\"2\"} 1", "y{i=\"1\",j=\"1\"} 1", "y{i=\"1\"} 1"))
        let evaluation = driver.evaluate(minute: 0)
        #expect(evaluation.samples.map(\.text) == ["next 1 @0"])
        #expect(driver.state.rules[0].health == .err && driver.state.rules[0].lastError == message)
        #expect(driver.state.rules[1].health == .ok)
        #expect(evaluation.notes == [RuleNote(rule: 0, text: "cannot evaluate: \(message)")])
    }

    @Test("leaves series and alerts as they are when a rule cannot be evaluated")
    func failureKeeps() throws {
        var driver = try GroupDriver(
            makeGroup("record: r, expr: x + on () y", "alert: A, expr: x + on () y"),
            over: source("x 1 1 1", "y{i=\"1\"} 1 1 1", "y{i=\"2\"} _ 1 stale"))
        #expect(driver.evaluate(minute: 0).samples.count == 3)
        let failed = driver.evaluate(minute: 1)
        #expect(failed.samples.isEmpty && failed.changes.isEmpty && failed.notes.count == 2)
        #expect(driver.state.rules[1].instances.count == 1)
        let after = driver.evaluate(minute: 2)
        #expect(after.samples.count == 3 && after.changes.isEmpty && driver.state.rules.map(\.lastError) == ["", ""])
        #expect(driver.state.rules[1].instances.first?.activeAt == 0)
    }

    @Test("takes as many as it may have")
    func withinLimit() throws {
        var driver = try GroupDriver(
            makeGroup("record: r, expr: x", "alert: A, expr: x", keys: "limit: 2"),
            over: source("x{i=\"1\"} 1", "x{i=\"2\"} 1"))
        #expect(driver.evaluate(minute: 0).samples.count == 6)
        #expect(driver.state.rules.map(\.health) == [.ok, .ok])
    }

    @Test("forgets the alerts that are more than it may have")
    func alertLimit() throws {
        var driver = try GroupDriver(
            makeGroup("alert: A, expr: x > 0", keys: "limit: 1"), over: source("x{i=\"1\"} 1 1 1", "x{i=\"2\"} 0 1 0"))
        #expect(driver.evaluate(minute: 0).changes.count == 1)
        let tooMany = driver.evaluate(minute: 1)
        #expect(tooMany.samples.isEmpty && tooMany.changes.map { $0.change.after == nil } == [true])
        #expect(driver.state.rules[0].instances.isEmpty)
        #expect(driver.evaluate(minute: 2).state.rules[0].instances.first?.activeAt == 120_000)
    }

    // MARK: Alerts

    @Test("writes what alerts there are, and ends what is no more")
    func alerts() throws {
        var driver = try GroupDriver(
            makeGroup("alert: A, expr: x > 0, for: 1m, labels: {s: page, alertname: no, e: ''}"),
            over: source("x{e=\"f\"} 1 1 0"))
        let since = "ALERTS_FOR_STATE{alertname=\"A\", s=\"page\"}"
        func alerts(_ state: String) -> String { "ALERTS{alertname=\"A\", alertstate=\"\(state)\", s=\"page\"}" }
        #expect(driver.samples(minute: 0) == ["\(alerts("pending")) 1 @0", "\(since) 0 @0"])
        #expect(
            driver.samples(minute: 1) == [
                "\(alerts("firing")) 1 @60", "\(since) 0 @60", "\(alerts("pending")) stale @60",
            ])
        #expect(driver.samples(minute: 2) == ["\(alerts("firing")) stale @120", "\(since) stale @120"])
        #expect(driver.samples(minute: 3) == [])
    }

    @Test("tells of alerts only when they do not stand as before")
    func changes() throws {
        var driver = try GroupDriver(makeGroup("alert: A, expr: x > 0, for: 1m"), over: source("x 1 2 3 0 0 0"))
        func states(_ minute: Int64) -> [String] {
            driver.evaluate(minute: minute).changes.map { change in
                "\(change.change.before?.state.rawValue ?? "-") \(change.change.after?.state.rawValue ?? "-")"
            }
        }
        #expect((0..<6).map(states) == [["- pending"], ["pending firing"], [], ["firing inactive"], [], []])
        #expect(states(30) == ["inactive -"])
    }

    @Test("fills in what is said about alerts, anew each time")
    func templates() throws {
        var settings = GroupSettings()
        settings.externalLabels = ["region": "north"]
        settings.externalURL = "http://v.example"
        let group = try makeGroup(
            "record: r, expr: x * 2",
            #"alert: A, expr: x > 0, labels: {l: "{{ $labels.i }}-{{ $externalLabels.region }}", none: "{{ $labels.no }}"}, "#
                + #"annotations: {v: "{{ $value }}", q: "{{ query `r` | first | value }}", u: "{{ $externalURL }}", "#
                + #"bad: "{{ query `none` | first }}", plain: p, empty: ""}"#)
        var driver = try GroupDriver(group, over: source("x{i=\"1\"} 5 6"), settings: settings)
        let first = driver.evaluate(minute: 0)
        #expect(first.changes.first?.change.after?.labels == ["alertname": "A", "i": "1", "l": "1-north"])
        #expect(first.notes.count == 1 && first.notes.first?.text.hasPrefix("cannot fill in `bad`: ") == true)
        #expect(driver.state.rules[1].health == .ok)
        // As in Prometheus.
        #expect(first.samples[1].labels["none"] == "{{ $labels.no }}")
        func said() -> [String] {
            (driver.state.rules[1].instances.first?.annotations ?? []).map { "\($0.name) \($0.value.prefix(32))" }
        }
        let bad = "bad <error expanding template: line "
        #expect(said() == [bad, "empty ", "plain p", "q 10", "u http://v.example", "v 5"])
        #expect(driver.evaluate(minute: 1).changes.isEmpty)
        #expect(said() == [bad, "empty ", "plain p", "q 12", "u http://v.example", "v 6"])
    }

    // MARK: Reloading

    @Test("goes on from the state of a group that was changed")
    func takeOver() throws {
        let before = try makeGroup(
            "record: a, expr: x", "record: a, expr: x, labels: {l: m}", "alert: A, expr: x, for: 1m",
            "record: b, expr: x",
            "record: a, expr: x + 1")
        let after = try makeGroup(
            "alert: A, expr: x > 0, for: 2m", "record: new, expr: x", "record: a, expr: x, labels: {l: m}",
            "record: a, expr: 2 * x")
        var driver = try GroupDriver(before, over: source("x 1 1 1 1"))
        _ = driver.evaluate(minute: 0)
        var changed = GroupDriver(after, over: driver.source)
        changed.state = RuleGroupState(of: after, takingOver: driver.state, of: before)
        #expect(changed.state.departed.map(\.description) == ["b", "a"])
        #expect(changed.state.rules[0].instances.first?.activeAt == 0)
        #expect(changed.state.rules[2].series == [["__name__": "a", "l": "m"]])
        #expect(changed.state.openSeries.count == 6)
        let samples = changed.samples(minute: 1)
        // `a` is written by another rule.
        #expect(samples.last == "b stale @60" && samples.filter { $0.hasSuffix("stale @60") }.count == 1)
        #expect(changed.samples(minute: 2).allSatisfy { !$0.contains("stale @120") || $0.contains("pending") })
        #expect(changed.state.rules[0].instances.first?.state == .firing)
    }

    // MARK: The API

    @Test("can be told as the API does")
    func report() throws {
        let group = try makeGroup(
            "record: a, expr: sum(x)  by  (i), labels: {l: m}",
            "alert: A, expr: x > 0, for: 1m, annotations: {t: u}", "record: bad, expr: '\"x\"'",
            keys: "interval: 30s")
        var driver = try GroupDriver(group, over: source("x{i=\"1\"} 1 1", "x{i=\"2\"} _ 1"))
        let unknown = driver.evaluator.report(driver.state)
        #expect(unknown.rules.map { $0.alerting?.state } == [nil, "unknown", nil])
        #expect(unknown.rules.allSatisfy { $0.health == .unknown && $0.lastEvaluation == nil })
        _ = driver.evaluate(minute: 0)
        #expect(driver.evaluator.report(driver.state).rules[1].alerting?.state == "pending")
        _ = driver.evaluate(minute: 1)
        let report = driver.evaluator.report(driver.state)
        #expect(report.name == "g" && report.file == "rules.yml" && report.interval == 30_000)
        #expect(report.lastEvaluation == 60_000)
        #expect(report.rules[0].query == "sum by (i) (x)" && report.rules[0].labels == [Label("l", "m")])
        #expect(report.rules[1].alerting?.state == "firing" && report.rules[1].alerting?.holdFor == 60_000)
        #expect(report.rules[1].alerting?.alerts.map(\.state) == [.firing, .pending])
        #expect(report.rules[1].alerting?.annotations == [Label("t", "u")])
        #expect(report.rules[2].health == .err && report.rules[2].lastError.hasPrefix("rule result"))
    }
}
