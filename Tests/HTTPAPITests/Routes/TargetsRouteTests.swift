import Model
import Testing

@testable import HTTPAPI

@Suite("The targets")
struct TargetsRouteTests {
    private func client() -> RouteClient {
        var scraped = ActiveTarget(
            discoveredLabels: ["__address__": "127.0.0.1:9090", "job": "self"],
            labels: ["instance": "127.0.0.1:9090", "job": "self"], pool: "self", url: "http://127.0.0.1:9090/metrics",
            globalURL: "http://box:9090/metrics", interval: 15_000, timeout: 10_000)
        scraped.health = .down
        scraped.lastError = "connection refused"
        scraped.lastScrape = 1_700_000_000_250
        scraped.lastDuration = 0.0035
        let fresh = ActiveTarget(
            discoveredLabels: ["__address__": "a:1", "job": "other"], labels: ["instance": "a:1", "job": "other"],
            pool: "other", url: "http://a:1/metrics", globalURL: "http://a:1/metrics", interval: 60_000, timeout: 500)
        var house = FakeHouse()
        house.list = TargetList(
            active: [scraped, fresh],
            dropped: [DroppedTarget(discoveredLabels: ["__address__": "b:1", "job": "self"], pool: "self")],
            droppedCounts: [("self", 3), ("other", 0)])
        return RouteClient(router: .standard(fakeServices(house)))
    }

    @Test("are told to the letter as Prometheus does")
    func letter() async throws {
        let want =
            #"{"status":"success","data":{"activeTargets":[{"discoveredLabels":{"__address__":"127.0.0.1:9090","job":"self"},"#
            + #""labels":{"instance":"127.0.0.1:9090","job":"self"},"scrapePool":"self","#
            + #""scrapeUrl":"http://127.0.0.1:9090/metrics","globalUrl":"http://box:9090/metrics","#
            + #""lastError":"connection refused","lastScrape":"2023-11-14T22:13:20.250Z","lastScrapeDuration":0.0035,"#
            + #""health":"down","scrapeInterval":"15s","scrapeTimeout":"10s"}],"#
            + #""droppedTargets":[{"discoveredLabels":{"__address__":"b:1","job":"self"},"scrapePool":"self"}],"#
            + #""droppedTargetCounts":{"self":3}}}"#
        #expect(try await client().get("/api/v1/targets?scrapePool=self").text == want)
    }

    @Test("that were never scraped have Go's empty time")
    func fresh() async throws {
        let text = try await client().get("/api/v1/targets?state=active&scrapePool=other").text
        #expect(text.contains(#""lastScrape":"0001-01-01T00:00:00Z","lastScrapeDuration":0,"health":"unknown""#))
        #expect(text.contains(#""scrapeInterval":"1m","scrapeTimeout":"500ms""#))
    }

    @Test(
        "are filtered by state",
        arguments: [
            ("", 2, 1), ("?state=any", 2, 1), ("?state=ACTIVE", 2, 0), ("?state=dropped", 0, 1),
            ("?state=nonsense", 0, 0),
            ("?scrapePool=", 2, 1), ("?scrapePool=none", 0, 0),
        ])
    func filters(query: String, active: Int, dropped: Int) async throws {
        let data = try #require(try await client().get("/api/v1/targets\(query)").data as? [String: Any])
        #expect((data["activeTargets"] as? [Any])?.count == active)
        #expect((data["droppedTargets"] as? [Any])?.count == dropped)
    }
}
