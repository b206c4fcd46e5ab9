import Model
import Testing

@testable import Actions

@Suite("An event as variables")
struct EventEnvironmentTests {
    @Test("has the facts, and the labels by their names")
    func facts() {
        #expect(
            someEvent().environment == [
                "VEDETTE_ACTION": "page", "VEDETTE_ACTION_ID": "7", "VEDETTE_ACTION_KEY": "queue/7",
                "VEDETTE_ANNOTATIONS": "{\"summary\":\"121 letters wait\"}",
                "VEDETTE_ANNOTATION_SUMMARY": "121 letters wait", "VEDETTE_ATTEMPT": "2", "VEDETTE_CAUSE": "enter",
                "VEDETTE_DURATION_SECONDS": "300.5", "VEDETTE_EPOCH": "3",
                "VEDETTE_EXTERNAL_URL": "http://vedette:7373",
                "VEDETTE_LABELS": "{\"alertname\":\"QueueTooLong\",\"queue\":\"mail\",\"severity\":\"page\"}",
                "VEDETTE_LABEL_ALERTNAME": "QueueTooLong", "VEDETTE_LABEL_QUEUE": "mail",
                "VEDETTE_LABEL_SEVERITY": "page", "VEDETTE_RULE": "QueueTooLong",
                "VEDETTE_SINCE": "2025-11-21T06:50:14.250Z", "VEDETTE_STATE": "hard", "VEDETTE_STATUS": "firing",
                "VEDETTE_THRESHOLD": "> 100", "VEDETTE_VALUE": "121",
            ])
    }

    @Test("has none for what there is not")
    func absent() {
        var event = someEvent()
        event.value = nil
        event.since = nil
        for name in ["VEDETTE_VALUE", "VEDETTE_SINCE", "VEDETTE_DURATION_SECONDS"] {
            #expect(event.environment[name] == nil)
        }
        event.value = .infinity
        #expect(event.environment["VEDETTE_VALUE"] == "+Inf")
    }

    @Test("has names that variables can have")
    func names() {
        var event = someEvent()
        event.alerts[0].labels = ["a.b": "1", "a_b": "2", "größe": "3", "1": "4", "x=y": "5", "a\u{0}": "6\u{0}7"]
        let variables = event.environment
        #expect(variables["VEDETTE_LABEL_A_B"] == "1")
        #expect(variables["VEDETTE_LABEL_GR____E"] == "3")
        #expect(variables["VEDETTE_LABEL_1"] == "4")
        #expect(variables["VEDETTE_LABEL_X_Y"] == "5")
        #expect(variables["VEDETTE_LABEL_A_"] == "6\u{fffd}7")
        #expect(variables.keys.allSatisfy { $0.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "_") } })
    }

    @Test("stays small enough to start a program with, and cuts no character")
    func bounds() {
        var event = someEvent()
        event.rule = String(repeating: "日", count: 100_000)
        event.alerts[0].annotations = Labels(
            (0..<40).map { Label("a\($0)", String(repeating: "é", count: 10_000)) })
        let variables = event.environment
        #expect(variables["VEDETTE_RULE"] == String(repeating: "日", count: ActionEvent.longestVariable / 3))
        #expect(variables["VEDETTE_ANNOTATIONS"] == nil)
        let total = variables.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        #expect((ActionEvent.roomForLabels - 10_000...ActionEvent.roomForLabels + 10_000).contains(total))
    }
}
