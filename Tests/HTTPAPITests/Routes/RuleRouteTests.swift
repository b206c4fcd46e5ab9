import Model
import Testing

@testable import HTTPAPI

@Suite("Rules and alerts over HTTP")
struct RuleRouteTests {
    private func alerting(_ name: String, _ labels: [Label], alerts: [AlertInformation] = []) -> RuleInformation {
        var rule = RuleInformation(name: name, query: "up == 0")
        rule.labels = labels
        var alerting = RuleInformation.Alerting(state: alerts.isEmpty ? "inactive" : "firing", holdFor: 90_000)
        alerting.keepFiringFor = 500
        alerting.annotations = [Label("summary", "{{ $value }}"), Label("link", "")]
        alerting.alerts = alerts
        rule.alerting = alerting
        return rule
    }

    private func judging() -> FakeJudging {
        var firing = AlertInformation(
            labels: ["alertname": "Down", "job": "a"], annotations: [Label("summary", "0")], isFiring: true,
            activeAt: 1_700_000_000_000, value: 1500)
        firing.keepFiringSince = 1_700_000_060_000
        let pending = AlertInformation(
            labels: ["alertname": "Down", "job": "b"], annotations: [], isFiring: false,
            activeAt: 1_700_000_000_250, value: 0)
        var down = alerting("Down", [Label("severity", "page")], alerts: [firing, pending])
        down.health = .ok
        down.evaluationNanoseconds = 2_500_000
        down.lastEvaluation = 1_700_000_060_500
        var sum = RuleInformation(name: "job:up:sum", query: "sum by (job) (up)")
        sum.labels = [Label("team", "web")]
        sum.health = .failed
        sum.lastError = "it is gone"
        var second = RuleGroupInformation(
            name: "b", file: "/etc/a.yml", interval: 15_000, rules: [down, sum])
        second.limit = 10
        second.evaluationNanoseconds = 5_000_000
        second.lastEvaluation = 1_700_000_060_500
        let first = RuleGroupInformation(
            name: "a", file: "/etc/a.yml", interval: 60_000, rules: [alerting("Slow", [Label("severity", "info")])])
        let third = RuleGroupInformation(
            name: "a", file: "/etc/b.yml", interval: 500, rules: [RuleInformation(name: "job:up:sum", query: "up")])
        return FakeJudging(groups: [third, second, first])
    }

    @Test("A group is told to the letter as Prometheus does")
    func letter() async throws {
        let want =
            #"{"status":"success","data":{"groups":[{"name":"b","file":"/etc/a.yml","rules":[{"state":"firing","#
            + #""name":"Down","query":"up == 0","duration":90,"keepFiringFor":0.5,"labels":{"severity":"page"},"#
            + #""annotations":{"link":"","summary":"{{ $value }}"},"alerts":[{"labels":{"alertname":"Down","job":"a"},"#
            + #""annotations":{"summary":"0"},"state":"firing","activeAt":"2023-11-14T22:13:20.000Z","#
            + #""keepFiringSince":"2023-11-14T22:14:20.000Z","value":"1.5e+03"},{"labels":{"alertname":"Down","job":"b"},"#
            + #""annotations":{},"state":"pending","activeAt":"2023-11-14T22:13:20.250Z","value":"0e+00"}],"#
            + #""health":"ok","evaluationTime":0.0025,"lastEvaluation":"2023-11-14T22:14:20.500Z","type":"alerting"},"#
            + #"{"name":"job:up:sum","query":"sum by (job) (up)","labels":{"team":"web"},"health":"err","#
            + #""lastError":"it is gone","evaluationTime":0,"lastEvaluation":"0001-01-01T00:00:00Z","type":"recording"}],"#
            + #""interval":15,"limit":10,"evaluationTime":0.005,"lastEvaluation":"2023-11-14T22:14:20.500Z"}]}}"#
        #expect(try await judgingClient(judging()).get("/api/v1/rules?rule_group[]=b").text == want)
    }

    @Test("Alerts that are left out are null")
    func withoutAlerts() async throws {
        let text = try await judgingClient(judging()).get("/api/v1/rules?rule_group[]=b&exclude_alerts=True").text
        #expect(text.contains(#""annotations":{"link":"","summary":"{{ $value }}"},"alerts":null,"health":"ok""#))
    }

    @Test("All alerts are told together, in the order of the groups")
    func alerts() async throws {
        let want =
            #"{"status":"success","data":{"alerts":[{"labels":{"alertname":"Down","job":"a"},"annotations":{"summary":"0"},"#
            + #""state":"firing","activeAt":"2023-11-14T22:13:20.000Z","keepFiringSince":"2023-11-14T22:14:20.000Z","#
            + #""value":"1.5e+03"},{"labels":{"alertname":"Down","job":"b"},"annotations":{},"state":"pending","#
            + #""activeAt":"2023-11-14T22:13:20.250Z","value":"0e+00"}]}}"#
        #expect(try await judgingClient(judging()).get("/api/v1/alerts").text == want)
        #expect(
            try await judgingClient(FakeJudging()).get("/api/v1/alerts").text
                == #"{"status":"success","data":{"alerts":[]}}"#)
    }

    /// The groups and rules that an answer has: `file/group: rule, rule`.
    private func shown(_ query: String) async throws -> [String] {
        let answer = try await judgingClient(judging()).get("/api/v1/rules\(query)")
        let data = try #require(try answer.data as? [String: Any])
        return try #require(data["groups"] as? [[String: Any]]).map { group in
            let rules = try #require(group["rules"] as? [[String: Any]]).map { "\($0["name"] ?? "")" }
            return "\(group["file"] ?? "")/\(group["name"] ?? ""): \(rules.joined(separator: ", "))"
        }
    }

    @Test(
        "Groups and rules are filtered, and groups without any are left out",
        arguments: [
            ("", ["/etc/a.yml/a: Slow", "/etc/a.yml/b: Down, job:up:sum", "/etc/b.yml/a: job:up:sum"]),
            ("?type=alert", ["/etc/a.yml/a: Slow", "/etc/a.yml/b: Down"]),
            ("?type=RECORD", ["/etc/a.yml/b: job:up:sum", "/etc/b.yml/a: job:up:sum"]),
            ("?rule_name[]=Down&rule_name[]=Slow", ["/etc/a.yml/a: Slow", "/etc/a.yml/b: Down"]),
            ("?rule_group[]=a&file[]=/etc/b.yml", ["/etc/b.yml/a: job:up:sum"]),
            ("?file%5B%5D=/etc/a.yml&type=record", ["/etc/a.yml/b: job:up:sum"]),
            ("?match[]={severity=\"page\"}", ["/etc/a.yml/b: Down"]),
            (
                "?match[]={severity=~\".%2B\"}&match[]={team=\"web\"}",
                ["/etc/a.yml/a: Slow", "/etc/a.yml/b: Down, job:up:sum"]
            ),
            ("?match[]={severity=\"page\",team=\"web\"}", []),
            ("?rule_name[]=none", []),
        ])
    func filters(query: String, want: [String]) async throws {
        #expect(try await shown(query) == want)
    }

    @Test("Groups come page by page")
    func pages() async throws {
        let client = judgingClient(judging())
        var names: [String] = []
        var token: String?
        var pages = 0
        repeat {
            let query = "?group_limit=1&type=record" + (token.map { "&group_next_token=\($0)" } ?? "")
            let data = try #require(try await client.get("/api/v1/rules\(query)").data as? [String: Any])
            names += try #require(data["groups"] as? [[String: Any]]).map { "\($0["file"] ?? "")/\($0["name"] ?? "")" }
            token = data["groupNextToken"] as? String
            pages += 1
        } while token != nil && pages < 10
        #expect(names == ["/etc/a.yml/b", "/etc/b.yml/a"])
        #expect(pages == 2)
        #expect(try await client.get("/api/v1/rules?group_limit=3").text.contains("groupNextToken") == false)
    }

    @Test(
        "What cannot be read is refused in Prometheus's words",
        arguments: [
            ("type=x", #"invalid parameter "type": not supported value "x""#),
            (
                "exclude_alerts=x",
                #"invalid parameter "exclude_alerts": error converting exclude_alerts: strconv.ParseBool: parsing "x": invalid syntax"#
            ),
            (
                "group_limit=x",
                #"invalid parameter "group_limit": group_limit needs to be a valid number: strconv.ParseInt: parsing "x": invalid syntax"#
            ),
            (
                "group_limit=99999999999",
                #"invalid parameter "group_limit": group_limit needs to be a valid number: strconv.ParseInt: parsing "99999999999": value out of range"#
            ),
            ("group_limit=0", #"invalid parameter "group_limit": group_limit needs to be greater than 0"#),
            (
                "group_next_token=x",
                #"invalid parameter "group_next_token": group_limit needs to be present in order to paginate over the groups"#
            ),
            (
                "group_limit=1&group_next_token=x",
                #"invalid parameter "group_next_token": invalid group_next_token 'x'. were rule groups changed?"#
            ),
            ("match[]={a=\"\"}", "match[] must contain at least one non-empty matcher"),
        ])
    func refused(query: String, reason: String) async throws {
        let answer = try await judgingClient(judging()).get("/api/v1/rules?\(query)")
        #expect(answer.status == .badRequest)
        #expect(try answer.object["error"] as? String == reason)
        #expect(try answer.object["errorType"] as? String == "bad_data")
    }
}
