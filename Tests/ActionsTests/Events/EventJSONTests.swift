import Model
import Testing

@testable import Actions

@Suite("An event as JSON")
struct EventJSONTests {
    @Test("has the form of Alertmanager's webhooks, and a member of its own")
    func form() {
        #expect(
            String(decoding: someEvent().json, as: UTF8.self) == """
                {"receiver":"page","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"QueueTooLong",\
                "queue":"mail","severity":"page"},"annotations":{"summary":"121 letters wait"},\
                "startsAt":"2025-11-21T06:50:14.250Z","endsAt":"0001-01-01T00:00:00Z",\
                "generatorURL":"http://vedette:7373/graph?g0.expr=queue","fingerprint":"592614f99e30e3ed","value":121}],\
                "groupLabels":{"alertname":"QueueTooLong"},"commonLabels":{"alertname":"QueueTooLong","queue":"mail",\
                "severity":"page"},"commonAnnotations":{"summary":"121 letters wait"},\
                "externalURL":"http://vedette:7373","version":"4",\
                "groupKey":"QueueTooLong:{alertname=\\"QueueTooLong\\"}","truncatedAlerts":0,"vedette":{"id":7,\
                "key":"queue/7","rule":"QueueTooLong","cause":"enter","state":"hard","value":121,"threshold":"> 100",\
                "since":"2025-11-21T06:50:14.250Z","decided_at":"2025-11-21T06:55:14.750Z","attempt":2,"epoch":3}}
                """)
    }

    /// What it was is what it is, by bytes: Swift itself takes `é` for `é`, and NaN for nothing.
    @Test("is read back as it was", arguments: 0..<20)
    func roundTrip(seed: Int) throws {
        var generator = EventGenerator(seed: UInt64(seed))
        for _ in 0..<25 {
            let event = generator.event()
            let json = event.json
            let again = try ActionEvent(json: json)
            #expect(again.json == json)
            #expect(sameEvent(event, again), "\(String(decoding: json, as: UTF8.self))")
        }
    }

    @Test("with what JSON has no number for has it as text")
    func notNumbers() throws {
        var event = someEvent()
        for (value, text) in [(Double.nan, "\"NaN\""), (.infinity, "\"+Inf\""), (-.infinity, "\"-Inf\""), (-0.0, "-0")]
        {
            event.value = value
            let json = String(decoding: event.json, as: UTF8.self)
            #expect(json.contains("\"state\":\"hard\",\"value\":\(text),"), "\(json)")
            #expect(try ActionEvent(json: event.json).value.map { sameValue($0, value) } == true)
        }
    }

    @Test("of years that RFC 3339 does not have is told as of the last that it has")
    func farTimes() throws {
        var event = someEvent()
        event.decidedAt = .max
        event.since = .min
        let again = try ActionEvent(json: event.json)
        #expect(formatTimestamp(again.decidedAt) == "9999-12-31T23:59:59.999Z")
        #expect(again.since.map(formatTimestamp) == "0000-01-01T00:00:00.000Z")
    }

    @Test(
        "that is none is refused",
        arguments: [
            ("", "expected a value"), ("[]", "the event must be an object"), ("{}", "`vedette` is missing"),
            ("{\"vedette\":{}} x", "expected the end"), ("{\"vedette\":[]}", "vedette must be an object"),
            ("{\"vedette\":{},\"version\":\"5\"}", "its version is \"5\""),
            ("{\"vedette\":{},\"alerts\":{}}", "`alerts` must be an array"),
            ("{\"vedette\":{},\"alerts\":[1]}", "alerts must be an object"),
            ("{\"vedette\":{},\"alerts\":[{\"labels\":{\"a\":1}}]}", "`a` must be a string"),
            ("{\"vedette\":{},\"alerts\":[{\"labels\":7}]}", "`labels` must be an object"),
            ("{\"vedette\":{},\"alerts\":[{\"startsAt\":\"soon\"}]}", "`startsAt` must be a time"),
            ("{\"vedette\":{\"id\":1.5}}", "`id` must be a whole number"),
            ("{\"vedette\":{\"id\":99999999999999999999}}", "`id` must be a whole number"),
            ("{\"vedette\":{\"value\":\"much\"}}", "`value` must be a number"),
            ("{\"vedette\":{\"value\":[]}}", "`value` must be a number"),
            ("{\"vedette\":{\"cause\":\"whim\"}}", "unknown cause \"whim\""),
            ("{\"vedette\":{\"since\":1}}", "`since` must be a time"),
            ("{\"vedette\":{\"key\":null}}", "`key` must be"),
        ])
    func refuses(json: String, reason: String) {
        let error = #expect(throws: UserError.self) { try ActionEvent(json: Array(json.utf8)) }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test("of a later version may have members that nobody here knows")
    func unknownMembers() throws {
        let json =
            "{\"new\":[{\"a\":[1]}],\"vedette\":{\"key\":\"k\",\"new\":{}},\"alerts\":[{\"new\":null,\"value\":1}]}"
        let event = try ActionEvent(json: Array(json.utf8))
        #expect(event.key == "k" && event.alerts.first?.value == 1)
    }

    @Test("that somebody has damaged is an event or an error", arguments: 0..<20)
    func damaged(seed: Int) {
        var random = SeededGenerator(state: UInt64(seed))
        var generator = EventGenerator(seed: UInt64(seed))
        for _ in 0..<30 {
            var json = generator.event().json
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let at = Int.random(in: 0..<json.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: json[at] = UInt8.random(in: 0...255, using: &random)
                case 1: json.remove(at: at)
                case 2: json.insert(contentsOf: json[at...].prefix(8), at: at)
                default: json = Array(json.prefix(at + 1))
                }
            }
            do throws(UserError) {
                let event = try ActionEvent(json: json)
                #expect(throws: Never.self) { try ActionEvent(json: event.json) }
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }

    @Test("is not read deeper than it may be")
    func deep() {
        let json = "{\"x\":" + String(repeating: "[", count: 100_000)
        #expect(throws: UserError.self) { try ActionEvent(json: Array(json.utf8)) }
    }
}

private func sameValue(_ a: Double, _ b: Double) -> Bool {
    a.isNaN ? b.isNaN : a == b && a.sign == b.sign
}

private func sameEvent(_ a: ActionEvent, _ b: ActionEvent) -> Bool {
    func same(_ a: Double?, _ b: Double?) -> Bool {
        switch (a, b) {
        case (let a?, let b?): sameValue(a, b)
        default: a == nil && b == nil
        }
    }
    var (x, y) = (a, b)
    guard same(x.value, y.value), x.alerts.count == y.alerts.count else { return false }
    (x.value, y.value) = (nil, nil)
    for at in x.alerts.indices {
        guard same(x.alerts[at].value, y.alerts[at].value) else { return false }
        (x.alerts[at].value, y.alerts[at].value) = (nil, nil)
    }
    return x == y
        && [x.key, x.action, x.rule, x.state, x.threshold, x.externalURL].elementsEqual(
            [y.key, y.action, y.rule, y.state, y.threshold, y.externalURL], by: sameBytes)
}
