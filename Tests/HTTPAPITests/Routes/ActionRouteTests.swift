import Model
import Store
import Testing

@testable import HTTPAPI

@Suite("The history of actions over HTTP")
struct ActionRouteTests {
    private let now: Int64 = 1_700_000_100_000

    private func entry(_ id: Int64, attempt number: Int = 1) -> ActionEntry {
        var action = StoredAction(id: id)
        action.key = "k-\(id)"
        action.rule = "queue"
        action.action = "page"
        action.series = #"{"q":"a"}"#
        action.cause = "enter"
        action.state = "active"
        action.value = 101.5
        action.threshold = "> 100"
        action.decided = 1_700_000_000_000 + id
        action.outcome = .succeeded
        action.epoch = 4
        action.event = #"{"status":"firing"}"#
        action.ended = 1_700_000_000_200
        if number == 0 { return ActionEntry(action: action) }
        var attempt = StoredAttempt(action: id, attempt: number, started: 1_700_000_000_100, epoch: 4)
        attempt.finished = 1_700_000_000_150
        attempt.outcome = "succeeded"
        attempt.code = 200
        attempt.output = "ok"
        return ActionEntry(action: action, attempt: attempt)
    }

    @Test("An attempt has everything that the view has, its labels as an object")
    func letter() async throws {
        let want =
            #"{"status":"success","data":{"actions":[{"id":7,"ts":1700000000100,"time":"2023-11-14T22:13:20.100Z","#
            + #""rule":"queue","action":"page","cause":"enter","state":"active","labels":{"q":"a"},"value":101.5,"#
            + #""threshold":"> 100","decided":1700000000007,"decided_time":"2023-11-14T22:13:20.007Z","attempt":2,"#
            + #""started":1700000000100,"started_time":"2023-11-14T22:13:20.100Z","#
            + #""finished":1700000000150,"finished_time":"2023-11-14T22:13:20.150Z","duration_ms":50,"#
            + #""outcome":"succeeded","code":200,"output":"ok","error":"","leader_epoch":4,"result":"succeeded","#
            + #""idempotency_key":"k-7"}],"next_cursor":null}}"#
        let judging = FakeJudging(entries: [entry(7, attempt: 2)])
        #expect(try await judgingClient(judging).get("/api/v1/actions").text == want)
    }

    @Test("An action without an attempt says so, and why")
    func untried() async throws {
        var silenced = entry(7, attempt: 0)
        silenced.action.outcome = .silenced
        silenced.action.note = "silence x by me"
        silenced.action.value = -.infinity
        silenced.action.series = "edited by hand"
        let text = try await judgingClient(FakeJudging(entries: [silenced])).get("/api/v1/actions").text
        #expect(text.contains(#""ts":1700000000007,"time":"2023-11-14T22:13:20.007Z""#))
        #expect(text.contains(#""labels":"edited by hand","value":"-Inf""#))
        #expect(
            text.contains(
                #""attempt":0,"started":null,"started_time":null,"finished":null,"finished_time":null,"duration_ms":null"#
            ))
        #expect(text.contains(#""outcome":"silenced","code":null,"output":"","error":"silence x by me""#))
    }

    @Test("Pages follow each other by their cursors", arguments: [(0, 1), (1, 1), (4, 2), (5, 3)])
    func pages(count: Int, want: Int) async throws {
        let judging = FakeJudging(entries: (0..<count).map { entry(Int64(count - $0)) })
        let client = judgingClient(judging)
        var ids: [Int] = []
        var cursor: String?
        var pages = 0
        repeat {
            let query = "limit=2" + (cursor.map { "&cursor=\($0)" } ?? "")
            let data = try #require(try await client.get("/api/v1/actions?\(query)").data as? [String: Any])
            ids += try #require(data["actions"] as? [[String: Any]]).compactMap { $0["id"] as? Int }
            cursor = data["next_cursor"] as? String
            pages += 1
        } while cursor != nil && pages < 10
        #expect(ids == Array((0..<count).map { count - $0 }))
        #expect(pages == want)
    }

    private static let filters: [(String, @Sendable (inout ActionFilter) -> Void)] = [
        ("", { _ in }),
        ("rule=a%20b&action=c&outcome=failed", { ($0.rule, $0.action, $0.outcome) = ("a b", "c", "failed") }),
        ("rule=&cursor=&since=&limit=", { _ in }),
        ("since=1700000000.5&until=1700000001", { ($0.since, $0.until) = (1_700_000_000_500, 1_700_000_001_000) }),
        ("since=2023-11-14T22:13:20%2B00:00", { $0.since = 1_700_000_000_000 }),
        ("since=1h&until=90s", { ($0.since, $0.until) = (1_699_996_500_000, 1_700_000_010_000) }),
        ("limit=1000", { $0.limit = 1000 }),
        ("cursor=a.b.1.c", { $0.after = .init(time: 10, action: 11, attempt: 1, asOf: 12) }),
    ]

    @Test("What is asked for is what the history is asked", arguments: filters.indices)
    func asked(index: Int) async throws {
        let (query, change) = Self.filters[index]
        var want = ActionFilter()
        change(&want)
        want.limit += 1
        let judging = FakeJudging()
        #expect(try await judgingClient(judging).get("/api/v1/actions?\(query)").status == .ok)
        #expect(judging.filters.all.withLock { $0 } == [want])
    }

    @Test(
        "What cannot be read is refused",
        arguments: [
            ("limit=0", #"invalid parameter "limit": expected a number from 1 to 1000"#),
            ("limit=1001", #"invalid parameter "limit": expected a number from 1 to 1000"#),
            ("limit=x", #"invalid parameter "limit": expected a number from 1 to 1000"#),
            ("cursor=1.2", #"invalid parameter "cursor": it is none that an answer had as next_cursor"#),
            ("cursor=1.2.-3", #"invalid parameter "cursor": it is none that an answer had as next_cursor"#),
            (
                "cursor=1.2.zzzzzzzzzzzzzzzzzz",
                #"invalid parameter "cursor": it is none that an answer had as next_cursor"#
            ),
            (
                "since=soon",
                #"invalid parameter "since": cannot parse "soon" to a valid timestamp, or to a length of time back from now"#
            ),
            (
                "until=9999999999999y",
                #"invalid parameter "until": cannot parse "9999999999999y" to a valid timestamp, or to a length of time back from now"#
            ),
        ])
    func refused(query: String, reason: String) async throws {
        let answer = try await judgingClient(FakeJudging()).get("/api/v1/actions?\(query)")
        #expect(answer.status == .badRequest)
        #expect(try answer.object["error"] as? String == reason)
        #expect(try answer.object["errorType"] as? String == "bad_data")
    }

    @Test("An action is told as a whole, with what it was told")
    func whole() async throws {
        let known = entry(7, attempt: 1)
        let judging = FakeJudging(
            wholes: [WholeAction(action: known.action, attempts: [try #require(known.attempt)])])
        let want =
            #"{"status":"success","data":{"id":7,"rule":"queue","action":"page","cause":"enter","state":"active","#
            + #""labels":{"q":"a"},"value":101.5,"threshold":"> 100","decided":1700000000007,"#
            + #""decided_time":"2023-11-14T22:13:20.007Z","due":null,"due_time":null,"ended":1700000000200,"#
            + #""ended_time":"2023-11-14T22:13:20.200Z","result":"succeeded","note":"","leader_epoch":4,"#
            + #""idempotency_key":"k-7","attempts":[{"attempt":1,"started":1700000000100,"#
            + #""started_time":"2023-11-14T22:13:20.100Z","finished":1700000000150,"#
            + #""finished_time":"2023-11-14T22:13:20.150Z","duration_ms":50,"outcome":"succeeded","code":200,"#
            + #""output":"ok","error":"","leader_epoch":4}],"event":{"status":"firing"}}}"#
        #expect(try await judgingClient(judging).get("/api/v1/actions/7").text == want)
    }

    @Test(
        "An action that is not there is not found", arguments: [("8", 404), ("x", 400), ("99999999999999999999", 400)])
    func missing(id: String, status: Int) async throws {
        #expect(try await judgingClient(FakeJudging()).get("/api/v1/actions/\(id)").status.rawValue == status)
    }
}
