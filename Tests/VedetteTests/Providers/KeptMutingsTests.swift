import HTTPAPI
import Model
import Testing

@testable import Rules
@testable import Store
@testable import Vedette

/// Silences and windows between the routes and the rules: what is refused, and with which status.
@Suite("Kept mutings")
struct KeptMutingsTests {
    private let now: Int64 = 1_700_000_000_000

    private func kept(failing error: (any Error)? = nil) throws -> KeptMutings {
        KeptMutings(mutings: try Mutings([]) { _ in if let error { throw error } })
    }

    private let silence = Array(
        #"""
        {"matchers":[{"name":"a","value":"b","isRegex":false}],"startsAt":"2023-11-14T22:13:20Z",
         "endsAt":"2033-11-14T22:13:20Z","createdBy":"x","comment":"c"}
        """#.utf8)
    private let window = Array(#"{"name":"move","duration":"1h"}"#.utf8)

    private func status(_ body: () async throws -> Void) async -> Int {
        do {
            try await body()
            return 200
        } catch let error as HTTPError {
            return error.status.rawValue
        } catch {
            return -1
        }
    }

    @Test("A silence is made, found, and ended")
    func silences() async throws {
        let kept = try kept()
        let id = try await kept.placeSilence(silence, at: now)
        #expect(try JSONValue(try #require(kept.silence(id, at: now)))["id"]?.text == id)
        #expect(try kept.silences(having: ["a=b"], at: now).count == 1)
        #expect(try kept.silences(having: ["a=b", "c=d"], at: now).isEmpty)
        try await kept.expireSilence(id, at: now + 1)
        #expect(try JSONValue(try #require(kept.silence(id, at: now + 1)))["status"]?["state"]?.text == "expired")
        #expect(kept.silence("other", at: now) == nil)
    }

    @Test("A window is made, found, and ended, and those of the configuration come first")
    func windows() async throws {
        let kept = try kept()
        kept.mutings.configure(
            [],
            [
                MaintenanceWindow(
                    name: "fixed", matchers: MatcherSet(), author: "", comment: "",
                    schedule: .once(now..<now + 1, zone: nil))
            ])
        let made = try JSONValue(try await kept.openWindow(window, at: now))
        let id = try #require(made["id"]?.text)
        #expect(try kept.windows(at: now).map { try JSONValue($0)["name"]?.text } == ["fixed", "move"])
        #expect(try kept.window(id, at: now).map { try JSONValue($0) } == made)
        try await kept.closeWindow(id, at: now + 1)
        #expect(try JSONValue(try #require(kept.window(id, at: now + 1)))["state"]?.text == "expired")
        #expect(kept.window("other", at: now) == nil)
    }

    @Test("What is wrong with a request is told with its status")
    func refusals() async throws {
        let kept = try kept()
        #expect(await status { _ = try kept.silences(having: ["{"], at: now) } == 400)
        #expect(await status { _ = try await kept.placeSilence([], at: now) } == 400)
        #expect(await status { _ = try await kept.placeSilence(silence, at: .max) } == 400)
        #expect(await status { try await kept.expireSilence("other", at: now) } == 404)
        #expect(await status { _ = try await kept.openWindow([], at: now) } == 400)
        #expect(await status { try await kept.closeWindow("other", at: now) } == 404)
        let configured = try Silence(
            id: "c", matchers: [LabelMatcher("a", .equal, "b")], from: 0, to: .max / 1_000_000_000, author: "",
            comment: "", createdAt: 0, updatedAt: 0, origin: .configuration)
        kept.mutings.configure([configured], [])
        #expect(await status { try await kept.expireSilence("c", at: 0) } == 400)
    }

    @Test("What cannot be stored just now is told as that")
    func closed() async throws {
        let kept = try kept(failing: StoreClosed())
        #expect(await status { _ = try await kept.placeSilence(silence, at: now) } == 503)
        #expect(await status { _ = try await kept.openWindow(window, at: now) } == 503)
    }
}
