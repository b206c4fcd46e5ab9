import Model
import Testing

@testable import Rules

@Suite("The life of an alert")
struct JudgingTests {
    /// What becomes of one alert, minute by minute: `.` no series, `x` a series; and after each minute `-` nothing, `p` pending,
    /// `f` firing, `k` firing without its series, `i` over.
    @Test(
        "goes as Prometheus has it",
        arguments: [
            // No duration: it fires at once.
            (0, 0, "x.", "fi"), (0, 0, "xx.x", "ffif"),
            (2, 0, "xxx", "ppf"), (2, 0, "xx.xxx.", "pp-ppfi"),
            // It is kept for a while when it is over, and then forgotten.
            (0, 0, "x" + String(repeating: ".", count: 18), "f" + String(repeating: "i", count: 16) + "--"),
            // Over is over: it begins anew.
            (1, 0, "xx..xx", "pfiipf"),
            // It goes on firing without its series.
            (0, 2, "x...", "fkki"), (0, 2, "x.x..x...", "fkfkkfkki"), (1, 2, "xx...xx", "pfkkipf"),
            // What is pending does not.
            (2, 5, "x.", "p-"),
        ])
    func life(holdFor: Int64, keepFiringFor: Int64, series: String, expected: String) throws {
        let rule = try alertingRule(holdFor: holdFor * 60_000, keepFiringFor: keepFiringFor * 60_000)
        var instances: [AlertInstance] = []
        var found = ""
        for (minute, there) in series.enumerated() {
            let active = there == "x" ? [ActiveAlert(labels: ["alertname": "A"], value: 1)] : []
            instances = try rule.judged(instances, with: active, at: Int64(minute) * 60_000).instances
            found += instances.first.map(letter) ?? "-"
        }
        #expect(found == expected)
    }

    private func letter(_ alert: AlertInstance) -> String {
        switch alert.state {
        case .pending: "p"
        case .firing: alert.keepFiringSince == nil ? "f" : "k"
        case .inactive: "i"
        }
    }

    @Test("has its times")
    func times() throws {
        let rule = try alertingRule(holdFor: 60_000, keepFiringFor: 60_000)
        let labels: Labels = ["alertname": "A"]
        var instances: [AlertInstance] = []
        func step(_ time: Int64, _ value: Double?) throws -> AlertInstance? {
            let active = value.map {
                [ActiveAlert(labels: labels, annotations: [Label("v", "\($0)")], value: $0)]
            }
            instances = try rule.judged(instances, with: active ?? [], at: time).instances
            return instances.first
        }
        let pending = try step(1000, 5)
        #expect(pending?.activeAt == 1000 && pending?.firedAt == nil && pending?.value == 5)
        let firing = try step(61_000, 6)
        #expect(firing?.activeAt == 1000 && firing?.firedAt == 61_000 && firing?.value == 6)
        #expect(firing?.annotations == [Label("v", "6.0")])
        let kept = try step(62_000, nil)
        #expect(kept?.state == .firing && kept?.keepFiringSince == 62_000 && kept?.value == 6)
        #expect(try step(121_999, nil)?.state == .firing)
        let over = try step(122_000, nil)
        #expect(over?.state == .inactive && over?.resolvedAt == 122_000 && over?.firedAt == 61_000)
        let again = try step(200_000, 7)
        #expect(again?.state == .pending && again?.activeAt == 200_000 && again?.resolvedAt == nil)
    }

    @Test("waits again when the rule wants longer than before")
    func longer() throws {
        let labels: Labels = ["alertname": "A"]
        let active = [ActiveAlert(labels: labels, value: 1)]
        let firing = try alertingRule().judged([], with: active, at: 0).instances
        let pending = try alertingRule(holdFor: 5000).judged(firing, with: active, at: 1000).instances
        #expect(pending.first?.state == .pending && pending.first?.firedAt == nil && pending.first?.activeAt == 0)
        #expect(try alertingRule(holdFor: 5000).judged(pending, with: active, at: 5000).instances[0].state == .firing)
    }

    @Test("is no two alerts' at once")
    func same() throws {
        let labels: Labels = ["alertname": "A"]
        let twice = [ActiveAlert(labels: labels, value: 1), ActiveAlert(labels: labels, value: 2)]
        let rule = try alertingRule()
        let message = "vector contains metrics with the same labelset after applying alert labels"
        #expect(throws: UserError(message)) { try rule.judged([], with: twice, at: 0) }
        let one = try rule.judged([], with: [twice[0]], at: 0).instances
        #expect(throws: UserError(message)) { try rule.judged(one, with: twice, at: 0) }
    }

    @Test("survives times that cannot be", arguments: [Int64.min, -1, 0, .max])
    func hostile(time: Int64) throws {
        let rule = try alertingRule(holdFor: .max, keepFiringFor: .max)
        for other in [Int64.min, 0, .max] {
            for state in AlertInstance.State.allCases {
                let stored = AlertInstance(
                    labels: ["alertname": "A"], state: state, value: .nan, activeAt: other, firedAt: other,
                    resolvedAt: other, keepFiringSince: other)
                _ = try rule.judged([stored], with: [], at: time)
                _ = try rule.judged([stored], with: [ActiveAlert(labels: stored.labels, value: 1)], at: time)
            }
        }
    }

    // MARK: Against a model

    /// The same life in other words: what the documentation says, kept by name, without a thought for cost.
    private struct Model {
        var began: [String: Int64] = [:]
        var fired: [String: Int64] = [:]
        var lonely: [String: Int64] = [:]
        var ended: [String: Int64] = [:]

        mutating func step(_ names: Set<String>, holdFor: Int64, keepFiringFor: Int64, at now: Int64) {
            for name in names {
                if ended[name] != nil { forget(name) }
                if began[name] == nil { began[name] = now }
                lonely[name] = nil
            }
            for name in Array(began.keys) where !names.contains(name) {
                if let end = ended[name] {
                    if now - end > 15 * 60_000 { forget(name) }
                } else if fired[name] == nil {
                    forget(name)
                } else if keepFiringFor > 0, now - (lonely[name] ?? now) < keepFiringFor {
                    lonely[name] = lonely[name] ?? now
                } else {
                    if keepFiringFor > 0 { lonely[name] = lonely[name] ?? now }
                    ended[name] = now
                }
            }
            for (name, start) in began where ended[name] == nil {
                if now - start >= holdFor {
                    fired[name] = fired[name] ?? now
                } else if fired[name] != nil {
                    fired[name] = nil
                    lonely[name] = nil
                }
            }
        }

        private mutating func forget(_ name: String) {
            began[name] = nil
            fired[name] = nil
            lonely[name] = nil
            ended[name] = nil
        }
    }

    @Test("is that of a simple model, whatever comes", arguments: 0..<40)
    func model(seed: Int) throws {
        var random = SeededGenerator(state: UInt64(seed))
        var model = Model()
        var instances: [AlertInstance] = []
        var now: Int64 = 0
        let names = ["a", "b", "c", "d"]
        for _ in 0..<150 {
            // The rule may be changed at any time, and evaluations may be missed.
            let holdFor = [0, 0, 60_000, 180_000].randomElement(using: &random) ?? 0
            let keepFiringFor = [0, 0, 120_000, 600_000].randomElement(using: &random) ?? 0
            let rule = try alertingRule(holdFor: Int64(holdFor), keepFiringFor: Int64(keepFiringFor))
            for _ in 0..<(Int.random(in: 1...8, using: &random)) {
                now += [60_000, 60_000, 60_000, 61_234, 900_000].randomElement(using: &random) ?? 0
                let there = names.filter { _ in Bool.random(using: &random) }.shuffled(using: &random)
                let active = there.map { ActiveAlert(labels: ["alertname": "A", "n": $0], value: Double(now)) }
                let step = try rule.judged(instances, with: active, at: now)
                model.step(Set(there), holdFor: Int64(holdFor), keepFiringFor: Int64(keepFiringFor), at: now)
                #expect(described(step.instances) == described(model))
                #expect(described(applied(step.changes, to: instances)) == described(step.instances))
                instances = step.instances
            }
        }
    }

    /// The changes, put into the alerts of before: what rows would say.
    private func applied(_ changes: [AlertChange], to instances: [AlertInstance]) -> [AlertInstance] {
        var rows: [Labels: AlertInstance] = [:]
        for instance in instances { rows[instance.labels] = instance }
        for change in changes {
            if let before = change.before {
                #expect(rows[before.labels]?.stands(like: before) == true)
                rows[before.labels] = nil
            }
            if let after = change.after { rows[after.labels] = after }
        }
        return Array(rows.values)
    }

    private func described(_ instances: [AlertInstance]) -> [String] {
        instances.map { alert in
            "\(alert.labels["n"] ?? "") \(alert.activeAt) \(text(alert.firedAt)) \(text(alert.keepFiringSince))"
                + " \(text(alert.resolvedAt))"
        }.sorted()
    }

    private func described(_ model: Model) -> [String] {
        model.began.map { name, start in
            "\(name) \(start) \(text(model.fired[name])) \(text(model.lonely[name])) \(text(model.ended[name]))"
        }.sorted()
    }

    private func text(_ time: Int64?) -> String { time.map { "\($0)" } ?? "-" }
}

/// The same numbers for the same seed, whatever the machine.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
