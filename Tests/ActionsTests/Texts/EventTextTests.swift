import Model
import Testing

@testable import Actions

/// What is said where nobody said what to say.
@Suite("Texts of events") struct EventTextTests {
    @Test(
        "titles",
        arguments: [
            ("active", 1, "[FIRING] QueueTooLong (instance=a:1, queue=mail, severity=page)"),
            ("hard", 1, "[HARD] QueueTooLong (instance=a:1, queue=mail, severity=page)"),
            ("firing", 3, "[FIRING:3] QueueTooLong (instance=a:1, queue=mail, severity=page)"),
        ])
    func titles(_ state: String, _ count: Int, _ title: String) {
        let event = firing {
            $0.state = state
            $0.alerts = [ActionAlert](repeating: $0.alerts[0], count: count)
        }
        #expect(EventText(event).title == title)
    }

    @Test("a group in which some is over") func mixed() {
        let event = firing { event in
            event.groupLabels = [:]
            event.cause = .notify
            event.state = "firing"
            var over = resolved().alerts[0]
            over.labels.set("queue", "news")
            event.alerts.insert(over, at: 0)
        }
        let text = EventText(event)
        #expect(text.title == "[FIRING] QueueTooLong")
        let parts = text.text.split(separator: "\n\n")
        #expect(parts.count == 2)
        #expect(parts[0].hasPrefix("The queue mail has 120 letters\n"))
        #expect(
            parts[1].hasPrefix(
                "Resolved: The queue mail has 120 letters\nValue 3, threshold > 100, since 2026-11-21T06:36:40Z, until 2026-11-21T06:48:20Z"
            ))
    }

    @Test("an event without alerts") func bare() {
        var event = ActionEvent()
        event.rule = "backup"
        #expect(EventText(event).title == "[FIRING] backup")
        #expect(EventText(event).text == "Firing")
        event.value = .nan
        event.threshold = "< 1"
        event.cause = .resolve
        #expect(EventText(event).title == "[RESOLVED] backup")
        #expect(EventText(event).text == "Value NaN, threshold < 1")
    }

    @Test("more alerts than anybody reads") func many() {
        let event = firing { $0.alerts = [ActionAlert](repeating: $0.alerts[0], count: 1000) }
        #expect(EventText(event).title.hasPrefix("[FIRING:1000] "))
        #expect(EventText(event).text.hasSuffix("\n\nand 990 more"))
    }

    @Test("stay small and on their lines, whatever labels hold") func hostility() {
        for text in hostileTexts {
            let words = EventText(hostile(text))
            #expect(words.title.utf16.count < 1000)
            #expect(!words.title.utf8.contains { $0 < 0x20 })
            #expect(words.text.utf16.count < 40_000)
        }
    }

    @Test(
        "cut between characters",
        arguments: [
            ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("", 0, ""), ("ab", 1, "…"), ("👩‍👩‍👧‍👦x", 11, "…"), ("👩‍👩‍👧‍👦xy", 12, "👩‍👩‍👧‍👦…"),
            ("e\u{301}e\u{301}", 3, "e\u{301}…"), ("🔥🔥", 4, "🔥🔥"), ("🔥🔥🔥", 4, "🔥…"), ("\r\n\r\n", 2, "…"),
        ])
    func cutting(_ text: String, _ limit: Int, _ expected: String) {
        let cut = shortened(text, to: limit)
        // What is one character alone is cut within it.
        if expected == "…" { #expect(cut.utf16.count <= max(limit, 1)) } else { #expect(sameBytes(cut, expected)) }
    }

    @Test("cut by bytes") func bytes() {
        #expect(shortened("äöü", toBytes: 6) == "äöü")
        #expect(shortened("äöüä", toBytes: 7) == "äö…")
        #expect(shortened("a" + String(repeating: "\u{301}", count: 100_000), toBytes: 100).utf8.count <= 100)
    }

    @Test(
        "on one line",
        arguments: [
            ("a\r\nb", "a b"), (" a  b ", "a b"), ("\u{0}\u{7f}\u{85}\u{2028}", ""), ("ä\tb", "ä b"), ("\n", ""),
        ])
    func lines(_ text: String, _ expected: String) { #expect(onOneLine(text) == expected) }
}
