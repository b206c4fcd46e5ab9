import Model
import Patterns
import Testing

@testable import Rules

/// A silence with matchers as text.
func silence(
    _ id: String, _ matchers: String, _ from: Int64 = 0, _ to: Int64 = 1000, origin: Silence.Origin = .api
) throws -> Silence {
    try Silence(
        id: id, matchers: try readMatchers(matchers), from: from, to: to, author: "ann", comment: "", createdAt: 0,
        updatedAt: 0, origin: origin)
}

@Suite struct SilenceBookTests {
    @Test(arguments: [
        ("", "it has no matcher"), ("a=\"\"", "each of its matchers accepts an empty label"),
        ("a=~\".*\", b!=x", "each of its matchers accepts an empty label"),
        ("a=~\"(\"", "cannot compile regular expression"),
    ]) func refusesWhatWouldMuteEverything(_ matchers: String, _ reason: String) throws {
        let read = try readMatchers(matchers)
        let error = #expect(throws: UserError.self) {
            try Silence(
                id: "a", matchers: read, from: 0, to: 1, author: "", comment: "", createdAt: 0, updatedAt: 0,
                origin: .api)
        }
        #expect(error?.message.contains(reason) ?? false)
    }

    @Test func refusesTimesThatCannotBe() {
        #expect(throws: UserError.self) { try silence("a", "b=c", 2, 1) }
        #expect(throws: UserError.self) { try silence("a", "b=c", 0, .max) }
        #expect(throws: UserError.self) { try silence("a", "b=c", .min, 0) }
    }

    @Test func isActiveFromItsBeginningUntilItsEnd() throws {
        let silence = try silence("a", "b=c", 10, 20)
        #expect([9, 10, 19, 20].map { silence.state(at: $0) } == [.pending, .active, .active, .expired])
    }

    @Test func findsTheOneThatLastsLongest() throws {
        let book = SilenceBook([
            try silence("a", "job=api", 0, 100), try silence("b", "job=~\"api|web\"", 0, 300),
            try silence("c", "job=~\"a.*\"", 50, 200), try silence("d", "job!=web, host=x", 0, 1000),
        ])
        let labels: Labels = ["job": "api"]
        #expect(book.silences(muting: labels, at: 60).map(\.id) == ["a", "b", "c"])
        #expect(book.silence(muting: labels, at: 60)?.id == "b")
        #expect(book.silence(muting: labels, at: 300) == nil)
        #expect(book.silence(muting: ["job": "web"], at: 0)?.id == "b")
        #expect(book.silence(muting: ["job": "db", "host": "x"], at: 999)?.id == "d")
        #expect(book.silence(muting: [:], at: 0) == nil)
        #expect([-1, 0, 50, 100, 999, 1000].map { book.nextChange(after: $0) } == [0, 50, 100, 200, 1000, nil])
    }

    @Test func ofTwoWithOneNameTheLaterCounts() throws {
        let book = SilenceBook([try silence("a", "b=c"), try silence("d", "e=f"), try silence("a", "x=y")])
        #expect(book.silences.map(\.id) == ["a", "d"])
        #expect(book.silence(muting: ["b": "c"], at: 1) == nil)
        #expect(book.silence(muting: ["x": "y"], at: 1)?.id == "a")
    }

    /// Looking up finds what trying every silence finds.
    @Test func findsWhatIsThere() throws {
        var generator = SystemRandomNumberGenerator()
        let names = ["a", "b", "c", "d"]
        let values = ["", "x", "y", "z", "x|y", "xy"]
        var silences: [Silence] = []
        while silences.count < 400 {
            let matchers = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                LabelMatcher(
                    names.randomElement(using: &generator) ?? "",
                    [.equal, .notEqual, .matches, .notMatches].randomElement(using: &generator) ?? .equal,
                    (values + ["x|", ".+", "[xy]", "x|z|q"]).randomElement(using: &generator) ?? "")
            }
            let from = Int64.random(in: 0...50, using: &generator)
            // Some of them would silence everything.
            guard
                let silence = try? Silence(
                    id: "\(silences.count)", matchers: matchers, from: from, to: from + 50, author: "", comment: "",
                    createdAt: 0, updatedAt: 0, origin: .api)
            else { continue }
            silences.append(silence)
        }
        let book = SilenceBook(silences)
        for _ in 0..<2000 {
            let labels = Labels(names.map { Label($0, values.randomElement(using: &generator) ?? "") })
            let time = Int64.random(in: 0...100, using: &generator)
            let found = book.silences(muting: labels, at: time).map(\.id)
            let expected = silences.filter { $0.state(at: time) == .active && $0.matchers.accepts(labels) }.map(\.id)
            #expect(found == expected)
        }
    }

    /// Thousands of alerts and hundreds of silences: far from a second, even without optimisation.
    @Test func isFast() throws {
        let book = SilenceBook(
            try (0..<500).map {
                try silence("\($0)", "alertname=\"Alert\($0)\", instance=~\"host\($0 % 7).*\"", 0, 1000)
            })
        let began = monotonicNanoseconds()
        var muted = 0
        for alert in 0..<5000 {
            let labels: Labels = [
                "alertname": "Alert\(alert % 1000)", "instance": "host\(alert % 7):9100", "job": "node",
                "severity": "page",
            ]
            if book.silence(muting: labels, at: 10) != nil { muted += 1 }
        }
        #expect(muted > 0)
        #expect(monotonicNanoseconds() - began < 2_000_000_000)
    }
}
