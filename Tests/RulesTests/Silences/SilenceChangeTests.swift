import Model
import Testing

@testable import Rules

@Suite struct SilenceChangeTests {
    /// What a wish leads to, in words: `id from-to` of each silence stored.
    private func outcome(_ book: SilenceBook, _ wanted: Silence, at now: Int64) -> String {
        do {
            let change = try book.placing(wanted, at: now) { "new" }
            let stored = change.stored.map { "\($0.id) \($0.from)-\($0.to)" }.joined(separator: ", ")
            return "\(change.id): \(stored)"
        } catch {
            return "\(error)"
        }
    }

    @Test(
        arguments: [
            // A new one, which cannot begin in the past or end there.
            ("", "job=api", 5_000, 9_000, 6_000, "new: new 6000-9000"),
            ("", "job=api", 7_000, 9_000, 6_000, "new: new 7000-9000"),
            ("", "job=api", 1_000, 6_000, 6_000, "cannot make silence: it would end in the past"),
            // An active one is made longer or shorter, but keeps its matchers and its beginning to the second.
            ("old", "job=api", 10_999, 30_000, 15_000, "old: old 10000-30000"),
            ("old", "job=api", 10_000, 16_000, 15_000, "old: old 10000-16000"),
            ("old", "job=web", 10_000, 20_000, 15_000, "new: old 10000-15000, new 15000-20000"),
            ("old", "job=api", 12_000, 20_000, 15_000, "new: old 10000-15000, new 15000-20000"),
            // One that has not begun can be moved, but not into the past.
            ("old", "job=api", 9_000, 20_000, 5_000, "old: old 9000-20000"),
            ("old", "job=api", 4_000, 20_000, 5_000, "new: old 5000-5000, new 5000-20000"),
            ("old", "job=web", 10_000, 20_000, 5_000, "new: old 5000-5000, new 10000-20000"),
            // One that is over stays as it was.
            ("old", "job=api", 10_000, 50_000, 40_000, "new: new 40000-50000"),
            ("other", "job=api", 10_000, 50_000, 40_000, "cannot find silence \"other\""),
            (
                "fixed", "job=api", 10_000, 50_000, 15_000,
                "cannot change silence \"fixed\": it stands in the configuration"
            ),
        ] as [(String, String, Int64, Int64, Int64, String)])
    func placing(
        _ id: String, _ matchers: String, _ from: Int64, _ to: Int64, _ now: Int64, _ expected: String
    ) throws {
        let book = SilenceBook([
            try silence("old", "job=api", 10_000, 20_000),
            try silence("fixed", "job=api", 10_000, 20_000, origin: .configuration),
        ])
        #expect(outcome(book, try silence(id, matchers, from, to), at: now) == expected)
    }

    @Test func theOrderOfMatchersDoesNotMatter() throws {
        let book = SilenceBook([try silence("old", "a=b, c=d", 0, 20)])
        #expect(outcome(book, try silence("old", "c=d, a=b", 0, 30), at: 10) == "old: old 0-30")
    }

    @Test func aChangeIsDatedAndKeepsTheTimeOfMaking() throws {
        let book = SilenceBook([try silence("old", "a=b", 0, 20)])
        let change = try book.placing(try silence("old", "a=b", 0, 30), at: 10)
        #expect(change.stored.map(\.createdAt) == [0])
        #expect(change.stored.map(\.updatedAt) == [10])
    }

    @Test func expiring() throws {
        let book = SilenceBook([
            try silence("active", "a=b", 0, 20), try silence("pending", "a=b", 15, 20),
            try silence("over", "a=b", 0, 5),
            try silence("fixed", "a=b", 0, 20, origin: .configuration),
        ])
        let active = try #require(try book.expiring(id: "active", at: 10))
        #expect([active.from, active.to, active.updatedAt] == [0, 10, 10])
        let pending = try #require(try book.expiring(id: "pending", at: 10))
        #expect([pending.from, pending.to] == [10, 10])
        #expect(pending.state(at: 10) == .expired)
        #expect(try book.expiring(id: "over", at: 10) == nil)
        #expect(throws: SilenceRefusal.unknown("x")) { try book.expiring(id: "x", at: 10) }
        #expect(throws: SilenceRefusal.self) { try book.expiring(id: "fixed", at: 10) }
        // A silence that has been ended can be read back from where it was stored.
        #expect(throws: Never.self) { try silence("pending", "a=b", pending.from, pending.to) }
    }

    @Test func namesAreUUIDs() throws {
        let names = Set((0..<100).map { _ in newSilenceID() })
        #expect(names.count == 100)
        for name in names {
            let groups = name.split(separator: "-").map(\.count)
            #expect(groups == [8, 4, 4, 4, 12])
            #expect(name.dropFirst(14).first == "4")
            #expect("89ab".contains(name.dropFirst(19).first ?? " "))
        }
        let a = try MatcherSet(readMatchers("a=b, c=d"))
        let b = try MatcherSet(readMatchers("c=d, a=b"))
        #expect(configuredSilenceID(a, from: 5) == configuredSilenceID(b, from: 5))
        #expect(configuredSilenceID(a, from: 5) != configuredSilenceID(a, from: 6))
    }
}
