import Model
import PromQL
import Testing

@testable import Rules

@Suite("The order of trials")
struct TrialOrderTests {
    /// The traits of the rules of a file, in its order.
    private func traits(_ text: String) throws -> [TrialTraits] {
        var configuration = JudgingConfiguration()
        configuration.groups.queryOffset = 0
        return try groups(text).enumerated().flatMap { number, group in
            group.rules.map { RuleTrial($0, of: group, number: number, configuration).traits }
        }
    }

    private func order(_ rules: String..., keys: String = "") throws -> TrialOrder {
        let traits = try traits(
            "groups:\n- name: g\n\(keys)  rules:\n" + rules.map { "  - {\($0)}\n" }.joined())
        return TrialOrder(traits, names: RecordedNames(traits), ending: [:])
    }

    @Test("has those behind that ask for what others record")
    func behind() throws {
        let order = try order(
            "alert: A, expr: x > 1", "record: a, expr: x", "record: b, expr: a", "alert: B, expr: b > 1")
        #expect(order.stages == [.alone(0), .alone(1), .alone(2), .alone(3)])
        #expect(order.isSeen == [false, true, true, false])
        #expect(order.isAskedByItself == [false, false, false, false])
    }

    @Test("lets those take turns that ask for each other's, for their own, or for what comes later in their group")
    func turns() throws {
        let selves = try order("record: a, expr: a + 1", "record: b, expr: x")
        #expect(selves.stages == [.together([0]), .alone(1)])
        let circle = try order("record: a, expr: c", "record: b, expr: a", "record: c, expr: b", "alert: D, expr: c")
        #expect(circle.stages == [.together([0, 1, 2]), .alone(3)])
        #expect(circle.isAskedByItself == [true, true, true, false])
        let later = try order("alert: A, expr: a", "record: a, expr: x")
        #expect(later.stages == [.together([0, 1])])
        // The one that is asked for asks nobody itself: all its times at once.
        #expect(later.isAskedByItself == [true, false])
    }

    @Test("finds who asks for alerts, and in templates of labels")
    func alerts() throws {
        let order = try order(
            "alert: A, expr: x", "record: a, expr: 'count(ALERTS{alertname=\"A\"})'",
            "record: b, expr: 'count(ALERTS{alertname=\"B\"})'")
        #expect(order.isSeen == [true, false, false])
        let templates = try self.order(
            "record: a, expr: x", "alert: A, expr: x, labels: {l: '{{ query \"a\" }}'}",
            "alert: B, expr: x, annotations: {l: '{{ query \"a\" }}'}")
        #expect(templates.isSeen == [true, true, true])
        #expect(templates.stages == [.alone(0), .together([1, 2])])
        #expect(templates.oldestNeeded(from: 1_000_000) == .min)
    }

    @Test("knows that what is recorded for earlier times comes later")
    func offsets() throws {
        let text = """
            groups:
            - {name: late, query_offset: 1m, rules: [{record: a, expr: x}]}
            - {name: early, rules: [{record: b, expr: a}]}
            - {name: same, query_offset: 1m, rules: [{record: c, expr: a}]}
            """
        let all = try traits(text)
        let order = TrialOrder(all, names: RecordedNames(all), ending: [:])
        #expect(order.stages == [.together([0, 1]), .alone(2)])
        #expect(order.oldestNeeded(from: 1_000_000) == 1_000_000 - 360_000)
    }

    @Test("has the first of a group's rules before others that record the same")
    func rivals() throws {
        let text = """
            groups:
            - {name: readers, rules: [{alert: A, expr: 'a{l="2"}'}, {alert: B, expr: a}]}
            - {name: writers, rules: [{record: a, expr: x, labels: {l: 1}}, {record: a, expr: y}]}
            - {name: others, rules: [{record: a, expr: z}, {record: a, expr: z, labels: {l: 3}}]}
            """
        let all = try traits(text)
        let order = TrialOrder(all, names: RecordedNames(all), ending: [:])
        #expect(order.stages == [.alone(2), .alone(3), .alone(4), .alone(0), .alone(5), .alone(1)])
    }

    @Test("holds what somebody may look at, and no more")
    func needed() throws {
        func oldest(_ query: String) throws -> Int64 {
            try order("record: a, expr: x", "record: b, expr: '\(query)'").oldestNeeded(from: 100_000_000)
        }
        #expect(try oldest("x") == 100_000_000)
        #expect(try oldest("a") == 100_000_000 - 300_000)
        #expect(try oldest("rate(a[1h]) + y") == 100_000_000 - 3_600_000)
        #expect(try oldest("max_over_time(rate(a[5m] offset 1m)[1h:1m])") == 100_000_000 - 3_960_000)
        #expect(try oldest("a @ 50000") == 50_000_000 - 300_000)
    }

    @Test("is found for chains as long as one likes", .timeLimit(.minutes(1)))
    func long() throws {
        var text = "groups:\n- name: g\n  rules:\n"
        for number in 0..<4000 { text += "  - {record: 'r\(number)', expr: 'r\(number + 1)'}\n" }
        for number in 0..<4000 { text += "  - {record: 's\(number + 1)', expr: 's\(number)'}\n" }
        let all = try traits(text)
        let order = TrialOrder(all, names: RecordedNames(all), ending: [:])
        #expect(order.stages.count == 4001)
        #expect(order.stages.first == .together(Array(0..<4000)))
        #expect(order.stages.last == .alone(7999))
    }
}
