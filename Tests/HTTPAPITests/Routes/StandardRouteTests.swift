import Foundation
import Model
import Testing

@testable import HTTPAPI

@Suite("The standard routes")
struct StandardRouteTests {
    private func client(_ services: Services = fakeServices()) -> RouteClient {
        RouteClient(router: .standard(services))
    }

    @Test("say whether the appliance lives and is ready")
    func health() async throws {
        var services = fakeServices()
        #expect(try await client(services).get("/-/healthy").text == "Vedette is healthy.\n")
        #expect(try await client(services).get("/-/ready").status == .ok)
        services.notReady = { "the store is being recovered" }
        let answer = try await client(services).get("/-/ready")
        #expect(answer.status == .serviceUnavailable)
        #expect(answer.text == "Vedette is not ready: the store is being recovered\n")
        #expect(try await client(services).get("/-/healthy").status == .ok)
    }

    @Test("refuse reloading and stopping until they are switched on", arguments: ["/-/reload", "/-/quit"])
    func lifecycleOff(path: String) async throws {
        #expect(try await client().get(path).status == .methodNotAllowed)
        let answer = try await client().post(path)
        #expect(answer.status == .forbidden)
        #expect(answer.text.contains("the lifecycle routes are not enabled"))
    }

    @Test("reload and stop when they are switched on")
    func lifecycleOn() async throws {
        let (called, calls) = AsyncStream.makeStream(of: String.self)
        var services = fakeServices()
        services.lifecycle = Lifecycle(reload: { calls.yield("reload") }, quit: { calls.yield("quit") })
        #expect(try await client(services).post("/-/reload").status == .ok)
        #expect(try await client(services).ask(.put, "/-/quit").status == .ok)
        calls.finish()
        #expect(await called.reduce(into: []) { $0.append($1) } == ["reload", "quit"])
        services.lifecycle = Lifecycle(reload: { throw UserError("cannot parse: line 3") }, quit: {})
        let failed = try await client(services).post("/-/reload")
        #expect(failed.status == .internalServerError)
        #expect(failed.text == "failed to reload config: cannot parse: line 3\n")
    }

    @Test("write metrics in the form that is asked for")
    func metrics() async throws {
        let text = try await client().get("/metrics")
        #expect(text.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(text.text.contains("# TYPE vedette_scrapes_total counter\nvedette_scrapes_total 42\n"))
        let open = try await client().get("/metrics", headers: ["Accept": "application/openmetrics-text;version=1.0.0"])
        #expect(open.headers["Content-Type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        #expect(open.text.contains("# TYPE vedette_scrapes counter\n"))
        #expect(open.text.hasSuffix("# EOF\n"))
    }

    @Test(
        "have the keys of Prometheus's status",
        arguments: [
            ("buildinfo", ["branch", "buildDate", "buildUser", "goVersion", "revision", "version"]),
            (
                "runtimeinfo",
                [
                    "CWD", "GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "corruptionCount", "goroutineCount",
                    "hostname",
                    "lastConfigTime", "reloadConfigSuccess", "serverTime", "startTime", "storageRetention",
                ]
            ),
            ("config", ["yaml"]),
            ("flags", ["config.file", "data"]),
            (
                "tsdb",
                [
                    "headStats", "labelValueCountByLabelName", "memoryInBytesByLabelName",
                    "seriesCountByLabelValuePair",
                    "seriesCountByMetricName",
                ]
            ),
        ])
    func status(page: String, keys: [String]) async throws {
        let answer = try await client().get("/api/v1/status/\(page)")
        #expect(answer.headers["Content-Type"] == "application/json")
        #expect(try answer.object["status"] as? String == "success")
        let data = try #require(try answer.data as? [String: Any])
        #expect(data.keys.sorted() == keys)
    }

    @Test("tell the runtime as it is")
    func runtime() async throws {
        let data = try #require(try await client().get("/api/v1/status/runtimeinfo").data as? [String: Any])
        #expect(data["startTime"] as? String == "2023-11-14T22:13:20.000Z")
        #expect(data["serverTime"] as? String == "2023-11-14T22:15:00.000Z")
        #expect(data["reloadConfigSuccess"] as? Bool == true)
        #expect(data["goroutineCount"] as? Int == 7)
    }

    @Test("tell what the store holds")
    func store() async throws {
        var house = FakeHouse()
        #expect(
            try await client(fakeServices(house)).get("/api/v1/status/tsdb").text
                .contains(#""minTime":9223372036854775807,"maxTime":-9223372036854775808"#))
        house.store.series = 3
        house.store.oldest = 5
        house.store.newest = 9
        house.store.seriesByMetric = [("up", 2), ("x", 1)]
        let text = try await client(fakeServices(house)).get("/api/v1/status/tsdb?limit=1").text
        #expect(text.contains(#""numSeries":3,"numLabelPairs":0,"chunkCount":0,"minTime":5,"maxTime":9"#))
        #expect(text.contains(#""seriesCountByMetricName":[{"name":"up","value":2}]"#))
        for limit in ["0", "-1", "x", "99999999999999999999"] {
            #expect(try await client().get("/api/v1/status/tsdb?limit=\(limit)").status == .badRequest)
        }
    }

    @Test("send a backup")
    func backup() async throws {
        let answer = try await client().get("/api/v1/backup", headers: ["Accept-Encoding": "gzip"])
        #expect(answer.body == FakeHouse().backup)
        #expect(answer.headers["Content-Encoding"] == nil)
        #expect(answer.headers["Content-Disposition"] == "attachment; filename=\"vedette-20231114T221500Z.db\"")
    }
}
