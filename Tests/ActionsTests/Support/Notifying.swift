import Configuration
import Foundation
import HTTPClient
import Logging
import Model
import TestSupport
import Testing

@testable import Actions

/// A clock that stands still.
struct StandingClock: WallClock {
    var time: Int64 = 1_795_243_714_250

    func now() -> Int64 { time }
}

/// Tools with a client of their own.
func tools() -> ActionTools {
    ActionTools(logger: Logger(level: .error), clients: HTTPClientOnDemand(), clock: StandingClock())
}

/// What decoding the keys of a section gave, and all problems: errors, or warnings when it is usable.
func decoded<Section: ConfigurationSection>(
    _ keys: String, environment: [String: String] = [:], _ type: Section.Type = Section.self
) -> (section: Section?, problems: [String]) {
    let context = DecodingContext(environment: environment, folder: "/etc/vedette")
    do {
        let text = "section:\n" + keys.split(separator: "\n").map { "  \($0)\n" }.joined()
        let loaded = try loadConfiguration(Array(text.utf8), in: context) { $0.section("section", Section.self) }
        return (loaded.value, loaded.warnings.map { "warning \($0)" })
    } catch {
        return (nil, error.problems.map(\.description))
    }
}

/// A webhook with these keys.
func webhook(_ keys: String, tools: ActionTools? = nil) throws -> WebhookAction {
    let (section, problems) = decoded(keys, WebhookSection.self)
    return WebhookAction(try #require(section, "\(problems)"), tools: tools ?? freshTools())
}

private func freshTools() -> ActionTools { tools() }

/// Mails with these keys.
func email(_ keys: String) throws -> EmailAction {
    let (section, problems) = decoded(keys, EmailSection.self)
    return EmailAction(try #require(section, "\(problems)"), tools: tools())
}

/// A threshold that was crossed, with one alert.
func firing(_ change: (inout ActionEvent) -> Void = { _ in }) -> ActionEvent {
    var alert = ActionAlert()
    alert.labels = ["alertname": "QueueTooLong", "instance": "a:1", "queue": "mail", "severity": "page"]
    alert.annotations = ["summary": "The queue mail has 120 letters"]
    alert.startsAt = 1_795_243_000_000
    alert.value = 120
    alert.generatorURL = "https://vedette.example/graph?g0.expr=queue"
    var event = ActionEvent()
    event.id = 7
    event.key = "queue_too_long/1"
    event.action = "page"
    event.rule = "queue_too_long"
    event.cause = .enter
    event.state = "active"
    event.value = 120
    event.threshold = "> 100"
    event.since = 1_795_243_000_000
    event.decidedAt = 1_795_243_714_000
    event.externalURL = "https://vedette.example"
    event.groupLabels = alert.labels
    event.alerts = [alert]
    change(&event)
    return event
}

/// The same, over again.
func resolved(_ change: (inout ActionEvent) -> Void = { _ in }) -> ActionEvent {
    firing { event in
        event.cause = .resolve
        event.state = "resolved"
        event.value = 3
        event.alerts[0].isFiring = false
        event.alerts[0].value = 3
        event.alerts[0].endsAt = 1_795_243_700_000
        change(&event)
    }
}

/// Texts that break what is put together carelessly.
let hostileTexts = [
    "\"},{\"x\":\"", "line\r\nX-Evil: 1\r\n\r\nbody", "🔥👩‍👩‍👧‍👦é\u{301}\u{202e}", "\\\\\" \u{0} \u{7f} \u{2028}",
    "<!channel> @everyone & <b>*_~`|",
    "{{ .Rule }}", String(repeating: "x", count: 1 << 20), String(repeating: "e\u{301}", count: 10_000),
    "a" + String(repeating: "\u{301}", count: 50_000), String(repeating: "👩‍👩‍👧‍👦", count: 2000),
    String(repeating: "\n", count: 50_000),
]

/// An event in which every text is this one.
func hostile(_ text: String, isFiring: Bool = true) -> ActionEvent {
    firing { event in
        event.rule = text
        event.state = text
        event.threshold = text
        event.key = text
        event.externalURL = text
        let alert: ActionAlert = {
            var alert = event.alerts[0]
            alert.labels = Labels([
                Label("alertname", text), Label("severity", text), Label("l\(text.unicodeScalars.prefix(10))", text),
            ])
            alert.annotations = Labels([Label("summary", text)])
            alert.generatorURL = text
            alert.isFiring = isFiring
            return alert
        }()
        event.groupLabels = alert.labels
        event.alerts = [ActionAlert](repeating: alert, count: text.utf8.count > 10_000 ? 1 : 12)
    }
}

/// A server that takes everything, and remembers it.
func taker(_ status: Int = 200, _ body: String = "ok") throws -> HTTPTestServer {
    try HTTPTestServer(answering: { _ in TestAnswer(status, body) })
}

/// A member deep in JSON: names of objects, numbers of arrays.
func at(_ value: JSONValue, _ path: String...) -> JSONValue? {
    var value: JSONValue? = value
    for step in path {
        if let number = Int(step) {
            value = value.flatMap { $0.elements.indices.contains(number) ? $0.elements[number] : nil }
        } else {
            value = value?[step]
        }
    }
    return value
}

/// A file that goes with the test.
final class TestFile: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "actions-test-\(UUID().uuidString)").path

    func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    deinit {
        unlink(path)
    }
}
