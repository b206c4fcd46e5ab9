import Model

@testable import Actions

/// An event as they come.
func someEvent() -> ActionEvent {
    var alert = ActionAlert()
    alert.labels = ["alertname": "QueueTooLong", "queue": "mail", "severity": "page"]
    alert.annotations = ["summary": "121 letters wait"]
    alert.startsAt = 1_763_707_814_250
    alert.value = 121
    alert.generatorURL = "http://vedette:7373/graph?g0.expr=queue"
    var event = ActionEvent()
    event.id = 7
    event.key = "queue/7"
    event.action = "page"
    event.rule = "QueueTooLong"
    event.cause = .enter
    event.state = "hard"
    event.value = 121
    event.threshold = "> 100"
    event.since = 1_763_707_814_250
    event.decidedAt = 1_763_708_114_750
    event.groupLabels = ["alertname": "QueueTooLong"]
    event.alerts = [alert]
    event.externalURL = "http://vedette:7373"
    event.epoch = 3
    event.attempt = 2
    return event
}

/// The same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// Events of all kinds, with everything that texts and numbers can be.
struct EventGenerator {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(state: seed) }

    mutating func event() -> ActionEvent {
        var event = ActionEvent()
        event.id = integer()
        event.key = text()
        event.action = text()
        event.rule = text()
        event.cause = ActionEvent.Cause.allCases.randomElement(using: &random) ?? .manual
        event.state = text()
        event.value = value()
        event.threshold = text()
        event.since = Bool.random(using: &random) ? time() : nil
        event.decidedAt = time()
        event.groupLabels = labels()
        event.alerts = (0..<Int.random(in: 0...4, using: &random)).map { _ in alert() }
        event.externalURL = text()
        event.epoch = integer()
        event.attempt = Int(integer())
        return event
    }

    private mutating func alert() -> ActionAlert {
        var alert = ActionAlert()
        alert.isFiring = Bool.random(using: &random)
        alert.labels = labels()
        alert.annotations = labels()
        alert.startsAt = time()
        alert.endsAt = Bool.random(using: &random) ? time() : nil
        alert.value = value()
        alert.generatorURL = text()
        return alert
    }

    private mutating func labels() -> Labels {
        Labels((0..<Int.random(in: 0...4, using: &random)).map { _ in Label(text(), text()) })
    }

    mutating func text() -> String {
        let pieces = [
            "a", "Z", "0", "_", " ", "\"", "\\", "/", "\n", "\r", "\t", "\u{0}", "\u{1}", "\u{1f}", "\u{7f}", "\u{85}",
            "é",
            "e\u{301}", "日本", "🎠", "\u{2028}", "\u{feff}", "\u{fffd}", "\u{fffe}", "\u{ffff}", "\u{10ffff}", "\u{212a}",
            "\u{d7ff}", "\u{e000}", "null", "{", "]", "NaN",
        ]
        return (0..<Int.random(in: 0...6, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
            .joined()
    }

    private mutating func value() -> Double? {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: nil
        case 1: .nan
        case 2: .infinity
        case 3: -.infinity
        case 4: -0.0
        case 5: Double(integer())
        case 6:
            [.leastNonzeroMagnitude, 1.7976931348623157e308, 1e21, 1e-7, 0.1, 123456.789][
                Int.random(in: 0..<6, using: &random)]
        default: Double(bitPattern: random.next())
        }
    }

    private mutating func integer() -> Int64 {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: .min
        case 1: .max
        case 2: Int64.random(in: -10...10, using: &random)
        default: Int64(bitPattern: random.next())
        }
    }

    /// Of the years that RFC 3339 has.
    private mutating func time() -> Int64 {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &random)
        case 1:
            [-62_167_219_200_000, 253_402_300_799_999, 0, -1, 1, -62_135_596_800_000][
                Int.random(in: 0..<6, using: &random)]
        default: Int64.random(in: 1_700_000_000_000...1_900_000_000_000, using: &random)
        }
    }
}
