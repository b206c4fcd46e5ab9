import Model
import Testing

@testable import Actions

@Suite("What follows from an event")
struct EventFactsTests {
    private func alert(_ labels: Labels, firing: Bool = true) -> ActionAlert {
        var alert = ActionAlert()
        alert.labels = labels
        alert.annotations = labels
        alert.isFiring = firing
        return alert
    }

    @Test("is what all alerts share")
    func common() {
        var event = ActionEvent()
        #expect(event.commonLabels == .none)
        event.alerts = [alert(["a": "1", "b": "2", "c": "3"]), alert(["a": "1", "b": "x", "d": "3"])]
        #expect(event.commonLabels == ["a": "1"] && event.commonAnnotations == ["a": "1"])
        event.alerts.append(alert([:]))
        #expect(event.commonLabels == .none)
    }

    @Test("is that it fires as long as one alert does")
    func status() {
        var event = ActionEvent()
        event.alerts = [alert([:], firing: false), alert([:])]
        #expect(event.status == "firing")
        event.alerts = [alert([:], firing: false)]
        #expect(event.status == "resolved")
        event.alerts = []
        event.cause = .resolve
        #expect(event.status == "resolved")
        event.cause = .enter
        #expect(event.status == "firing")
    }

    /// As Alertmanager has them; the first is what FNV-1a begins with.
    @Test(
        "is a fingerprint of each alert's labels",
        arguments: [
            ([:], "cbf29ce484222325"), (["alertname": "a"], "d258efc389808447"),
            (["name": "garland, briggs", "fear": "love is not enough"], "507a62d79ee76c9a"),
        ] as [(Labels, String)])
    func fingerprints(labels: Labels, fingerprint: String) { #expect(alert(labels).fingerprint == fingerprint) }

    @Test("is how long it had held")
    func duration() {
        var event = ActionEvent()
        #expect(event.duration == nil)
        event.decidedAt = 90_000
        event.since = 30_000
        #expect(event.duration == 60_000)
        event.since = 100_000
        #expect(event.duration == 0)
        event.since = .min
        #expect(event.duration == nil)
    }
}
