import Model
import Testing

@testable import HTTPAPI

@Suite("Thresholds and leadership over HTTP")
struct StandingRouteTests {
    private func thresholds() -> FakeJudging {
        var active = ThresholdInformation(
            name: "queue", query: "queue_length", labels: ["q": "a"], state: "active", since: 1_700_000_000_000)
        active.value = 101
        active.evaluated = 1_700_000_050_000
        active.actions = [
            .init(level: "active", action: "page", standing: "outstanding", id: 7),
            .init(level: "active", action: "mail", standing: "done", until: 1_700_000_060_000),
        ]
        var missing = ThresholdInformation(
            name: "queue", query: "queue_length", labels: ["q": "b"], state: "no_data", since: 1_700_000_000_000)
        missing.missingSince = 1_700_000_000_000
        missing.error = "it is gone"
        let ok = ThresholdInformation(name: "up", query: "up", labels: .none, state: "ok", since: 0)
        return FakeJudging(series: [active, missing, ok])
    }

    @Test("A series of a threshold is told with its times and actions")
    func letter() async throws {
        let want =
            #"{"status":"success","data":[{"name":"queue","query":"queue_length","labels":{"q":"a"},"state":"active","#
            + #""since":1700000000000,"since_time":"2023-11-14T22:13:20.000Z","value":101,"missing_since":null,"#
            + #""missing_since_time":null,"pending_since":null,"pending_since_time":null,"evaluated":1700000050000,"#
            + #""evaluated_time":"2023-11-14T22:14:10.000Z","error":"","actions":[{"level":"active","action":"page","#
            + #""standing":"outstanding","until":null,"until_time":null,"id":7},{"level":"active","action":"mail","#
            + #""standing":"done","until":1700000060000,"until_time":"2023-11-14T22:14:20.000Z","id":null}]}]}"#
        #expect(try await judgingClient(thresholds()).get("/api/v1/thresholds?state=active").text == want)
    }

    @Test(
        "Thresholds are filtered by name and state",
        arguments: [
            ("", 3), ("?name=queue", 2), ("?state=no_data", 1), ("?name=queue&state=ok", 0), ("?name=up&state=", 1),
        ])
    func filters(query: String, count: Int) async throws {
        let answer = try await judgingClient(thresholds()).get("/api/v1/thresholds\(query)")
        #expect((try answer.data as? [Any])?.count == count)
    }

    @Test("Whose turn it is is told, and in a header to those who ask whether we are ready", arguments: [true, false])
    func leadership(isLeader: Bool) async throws {
        var judging = FakeJudging()
        judging.leadership.isLeader = isLeader
        judging.leadership.error = isLeader ? nil : "cannot reach the lease"
        let client = judgingClient(judging)
        let ready = try await client.get("/-/ready")
        #expect(ready.status == .ok)
        #expect(ready.text == "Vedette is ready.\n")
        #expect(ready.headers["X-Vedette-Leader"] == (isLeader ? "true" : "false"))
        let want =
            #"{"status":"success","data":{"leader":\#(isLeader),"epoch":3,"holder":"box-1","since":1700000000000,"#
            + #""since_time":"2023-11-14T22:13:20.000Z","error":\#(isLeader ? "null" : #""cannot reach the lease""#)}}"#
        #expect(try await client.get("/api/v1/leadership").text == want)
    }

    @Test("Where nothing judges none of it is there")
    func nothing() async throws {
        let client = RouteClient(router: .standard(fakeServices()))
        #expect(try await client.get("/-/ready").headers["X-Vedette-Leader"] == nil)
        for path in ["/api/v1/rules", "/api/v1/silences", "/api/v2/silences", "/api/v1/leadership"] {
            #expect(try await client.get(path).status == .notFound)
        }
    }
}
