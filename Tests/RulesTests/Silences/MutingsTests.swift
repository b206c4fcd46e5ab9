import Model
import Store
import Synchronization
import Testing

@testable import Rules

/// Silences and windows by request: what is muted, what is written, and what is left of it after a start.
@Suite("Mutings by request")
struct MutingsTests {
    /// The rows that a store would have.
    private final class Rows: Sendable {
        let rows = Mutex<[String: StoredMuting]>([:])

        func record(_ changes: [JudgingChange]) {
            rows.withLock { rows in
                for change in changes {
                    switch change {
                    case .muting(let muting): rows[muting.id] = muting
                    case .mutingGone(let id): rows[id] = nil
                    default: Issue.record("an unexpected change")
                    }
                }
            }
        }

        var all: [StoredMuting] { rows.withLock { $0.values.sorted { $0.id < $1.id } } }
    }

    private let rows = Rows()
    private let now: Int64 = 1_700_000_000_000
    private let hour: Int64 = 3_600_000

    private func mutings() throws -> Mutings {
        let rows = rows
        return try Mutings(rows.all) { rows.record($0) }
    }

    private func window(_ json: String) throws -> RequestedWindow {
        try RequestedWindow(json: Array(json.utf8), at: now) { "w1" }
    }

    private func text(_ window: RequestedWindow, at now: Int64) -> String {
        var json = JSONWriter()
        window.write(to: &json, at: now)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test("A window without matchers mutes everything for its time, also after a start")
    func everything() async throws {
        let before = try mutings()
        #expect(before.reason(for: ["a": "b"], at: now) == nil)
        try await before.open(
            window(#"{"name":"move","duration":"1h","author":"ann","comment":"new rack"}"#), at: now)
        for mutings in [before, try mutings()] {
            #expect(mutings.reason(for: .none, at: now) == "maintenance move by ann: new rack")
            #expect(mutings.reason(for: ["a": "b"], at: now + hour - 1) == "maintenance move by ann: new rack")
            #expect(mutings.reason(for: ["a": "b"], at: now + hour) == nil)
            #expect(mutings.reason(for: ["a": "b"], at: now - 1) == nil)
            #expect(mutings.requestedWindows() == before.requestedWindows())
        }
    }

    @Test("A window with matchers mutes what fits, and stands beside those of the configuration")
    func matchers() async throws {
        let mutings = try mutings()
        let configured = MaintenanceWindow(
            name: "fixed", matchers: try MatcherSet([LabelMatcher("job", .equal, "db")]), author: "", comment: "",
            schedule: .once(now..<now + hour, zone: nil))
        mutings.configure([], [configured])
        let later = """
            {"name":"later","starts_at":"2023-11-14T22:13:30Z","ends_at":"2023-11-14T22:14:20Z",
             "matchers":[{"name":"job","value":"web","isRegex":false}],"other":1}
            """
        try await mutings.open(window(later), at: now)
        #expect(mutings.reason(for: ["job": "db"], at: now) == "maintenance fixed")
        #expect(mutings.reason(for: ["job": "web"], at: now) == nil)
        #expect(mutings.reason(for: ["job": "web"], at: now + 10_000) == "maintenance later")
        #expect(mutings.reason(for: ["job": "other"], at: now + 10_000) == nil)
        mutings.configure([], [])
        #expect(mutings.reason(for: ["job": "db"], at: now) == nil)
        #expect(mutings.reason(for: ["job": "web"], at: now + 10_000) == "maintenance later")
        #expect(mutings.configuredWindows().isEmpty)
    }

    @Test("A window is ended before its time, and once")
    func ended() async throws {
        let mutings = try mutings()
        try await mutings.open(window(#"{"name":"move","duration":"1h"}"#), at: now)
        try await mutings.close(windowID: "w1", at: now + 1000)
        #expect(mutings.reason(for: .none, at: now + 999) == "maintenance move")
        #expect(mutings.reason(for: .none, at: now + 1000) == nil)
        #expect(rows.all.map(\.ends) == [now + 1000])
        try await mutings.close(windowID: "w1", at: now + 5000)
        #expect(rows.all.map(\.ends) == [now + 1000])
        #expect(try self.mutings().requestedWindows() == mutings.requestedWindows())
        await #expect(throws: WindowRefusal.unknown("w2")) { try await mutings.close(windowID: "w2", at: now) }
    }

    @Test("A window that is ended before it began was never there")
    func neverBegan() async throws {
        let mutings = try mutings()
        try await mutings.open(window(#"{"name":"x","starts_at":"2033-01-01T00:00:00Z","duration":"1d"}"#), at: now)
        try await mutings.close(windowID: "w1", at: now)
        let window = try #require(mutings.requestedWindows().first)
        #expect(window.from == now && window.to == now)
        #expect(text(window, at: now).contains(#""state":"expired""#))
    }

    @Test("What ended is kept for five days")
    func swept() async throws {
        let mutings = try mutings()
        try await mutings.open(window(#"{"name":"move","duration":"1h"}"#), at: now)
        let silence = """
            {"matchers":[{"name":"a","value":"b","isRegex":false}],"startsAt":"2023-11-14T22:13:20Z",
             "endsAt":"2023-11-14T23:13:20Z","createdBy":"x","comment":"c"}
            """
        _ = try await mutings.place(Silence(json: Array(silence.utf8), at: now), at: now)
        #expect(rows.all.count == 2)
        try await mutings.sweep(at: now + hour + 5 * 86_400_000)
        #expect(rows.all.count == 2)
        try await mutings.sweep(at: now + hour + 5 * 86_400_000 + 1)
        #expect(rows.all.isEmpty)
        #expect(mutings.requestedWindows().isEmpty)
        #expect(mutings.silences(at: now).isEmpty)
    }

    @Test("A window is written as the API has it")
    func written() throws {
        let window = try window(#"{"name":"m","duration":"90s","matchers":[{"name":"a","value":"b","isRegex":true}]}"#)
        let want =
            #"{"id":"w1","name":"m","author":"","comment":"","matchers":[{"name":"a","value":"b","isRegex":true,"#
            + #""isEqual":true}],"recurring":false,"time_zone":null,"state":"active","#
            + #""starts_at":"2023-11-14T22:13:20.000Z","ends_at":"2023-11-14T22:14:50.000Z","#
            + #""created_at":"2023-11-14T22:13:20.000Z","updated_at":"2023-11-14T22:13:20.000Z"}"#
        #expect(text(window, at: now) == want)
        #expect(text(window, at: now + hour).contains(#""state":"expired","starts_at":"2023-11-14T22:13:20.000Z""#))
    }

    @Test(
        "A window that is none is refused with its reason",
        arguments: [
            ("", "line 1, column 1: cannot read JSON: expected a value, found the end"),
            ("[]", "cannot read maintenance window: expected an object"),
            (#"{"duration":"1h"}"#, "cannot read maintenance window: `name` is missing"),
            (#"{"name":"","duration":"1h"}"#, "cannot make maintenance window: it has no name"),
            (#"{"name":7,"duration":"1h"}"#, "cannot read maintenance window: `name`: expected a text"),
            (#"{"name":"a"}"#, "cannot read maintenance window: it needs either `ends_at` or `duration`"),
            (
                #"{"name":"a","duration":"1h","ends_at":"2033-01-01T00:00:00Z"}"#,
                "cannot read maintenance window: it needs either `ends_at` or `duration`"
            ),
            (#"{"name":"a","duration":"0s"}"#, "cannot make maintenance window: it must end after it begins"),
            (
                #"{"name":"a","starts_at":"2033-01-01T00:00:00Z","ends_at":"2032-01-01T00:00:00Z"}"#,
                "cannot make maintenance window: it must end after it begins"
            ),
            (
                #"{"name":"a","duration":"1h","matchers":[{"name":"","value":"b","isRegex":false}]}"#,
                "cannot use matcher: the label name is empty"
            ),
            (
                #"{"name":"a","duration":"1h","matchers":[{"name":"b","value":"b"}]}"#,
                "cannot read maintenance window: `matchers[0].isRegex` is missing"
            ),
            (
                #"{"name":"a","starts_at":"9999-12-31T00:00:00Z","duration":"2d"}"#,
                "cannot make maintenance window: it begins or ends outside the years 0 to 9999"
            ),
        ])
    func refused(json: String, reason: String) {
        do {
            _ = try window(json)
            Issue.record("\(json) was taken")
        } catch {
            #expect("\(error)" == reason)
        }
    }

    @Test(
        "A length that is none is refused with its place",
        arguments: [#"{"name":"a","duration":"soon"}"#, #"{"name":"a","duration":"9999999999999y"}"#])
    func lengths(json: String) {
        do {
            _ = try window(json)
            Issue.record("\(json) was taken")
        } catch {
            #expect("\(error)".hasPrefix("cannot read maintenance window: `duration`: "), "\(error)")
        }
    }

    @Test("A window that would end in the past is refused")
    func past() async throws {
        let mutings = try mutings()
        let window = try window(#"{"name":"a","starts_at":"2020-01-01T00:00:00Z","duration":"1h"}"#)
        await #expect(throws: UserError("cannot make maintenance window: it would end in the past")) {
            try await mutings.open(window, at: now)
        }
        #expect(rows.all.isEmpty)
    }

    @Test("Rows of a kind that only a later version knows are left alone")
    func unknownKind() throws {
        rows.record([
            .muting(
                StoredMuting(id: "x", kind: "inhibition", starts: 0, ends: 1, author: "", comment: "", detail: "{}"))
        ])
        #expect(try mutings().requestedWindows().isEmpty)
    }

    @Test("Silences are asked for by their matchers, and come in Alertmanager's order")
    func silences() async throws {
        let mutings = try mutings()
        func place(_ matcher: (String, String), _ from: String, _ to: String) async throws {
            let json = """
                {"matchers":[{"name":"\(matcher.0)","value":"\(matcher.1)","isRegex":false}],
                 "startsAt":"\(from)","endsAt":"\(to)","createdBy":"x","comment":"\(matcher.0)=\(matcher.1)"}
                """
            _ = try await mutings.place(Silence(json: Array(json.utf8), at: now), at: now)
        }
        try await place(("a", "long"), "2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z")
        try await place(("a", "short"), "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z")
        try await place(("b", "late"), "2039-01-01T00:00:00Z", "2040-01-01T00:00:00Z")
        try await place(("b", "soon"), "2025-01-01T00:00:00Z", "2041-01-01T00:00:00Z")
        try await place(("c", "over"), "2020-01-01T00:00:00Z", "2024-01-01T00:00:00Z")
        let later = try time("2024-06-01T00:00:00Z")
        #expect(mutings.silences(at: later).map(\.comment) == ["a=short", "a=long", "b=soon", "b=late", "c=over"])
        #expect(
            mutings.silences(having: [LabelMatcher("a", .equal, "long")], at: later).map(\.comment) == ["a=long"])
        #expect(mutings.silences(having: [LabelMatcher("a", .notEqual, "long")], at: later).isEmpty)
    }
}
