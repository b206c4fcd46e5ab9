import Model
import Testing

@testable import HTTPAPI

@Suite("Federation")
struct FederationTests {
    private let now: Int64 = 1_700_000_100_000

    private func client(external: Labels = ["site": "lab"]) -> RouteClient {
        func one(_ value: Double, age: Int64 = 1000) -> [Sample] {
            [Sample(now - age - 15_000, -1), Sample(now - age, value)]
        }
        var services = fakeServices(
            series: FakeSeries(series: [
                (["__name__": "up", "job": "b", "instance": "x:1"], one(1)),
                (["__name__": "up", "job": "a"], one(0)),
                (["__name__": "up", "job": "old"], one(1, age: 400_000)),
                (["__name__": "up", "job": "ended"], one(staleMarker)),
                (["__name__": "up_total", "job": "a", "site": "own"], one(1e6)),
                (["__name__": "disk.used", "a label": "q\"\\\n"], one(.infinity)),
                (["job": "nameless"], one(1)),
            ]))
        services.externalLabels = { external }
        return RouteClient(router: .standard(services))
    }

    @Test("groups, sorts, stamps and labels like Prometheus")
    func letter() async throws {
        let answer = try await client().get("/federate?match[]=up&match[]={job=~\"a|nameless\"}")
        #expect(answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(
            answer.text == """
                # TYPE up untyped
                up{instance="x:1",job="b",site="lab"} 1 1700000099000
                up{job="a",instance="",site="lab"} 0 1700000099000
                # TYPE up_total untyped
                up_total{job="a",site="own",instance=""} 1e+06 1700000099000

                """)
    }

    @Test("takes an instance from the external labels")
    func instance() async throws {
        let text = try await client(external: ["instance": "me"]).get("/federate?match[]=up{job=\"a\"}").text
        #expect(text == "# TYPE up untyped\nup{job=\"a\",instance=\"me\"} 0 1700000099000\n")
    }

    @Test("writes names in quotes for those who read them")
    func quoted() async throws {
        let target = "/federate?match[]={\"disk.used\"}"
        let quoted = try await client().get(
            target, headers: ["Accept": "text/plain;version=1.0.0;escaping=allow-utf-8"])
        #expect(
            quoted.text
                == "# TYPE \"disk.used\" untyped\n{\"disk.used\",\"a label\"=\"q\\\"\\\\\\n\",instance=\"\",site=\"lab\"} +Inf 1700000099000\n"
        )
        let plain = try await client().get(target)
        #expect(plain.text.hasPrefix("# TYPE disk_used untyped\ndisk_used{a_label="))
    }

    @Test("answers nothing to nothing")
    func nothing() async throws {
        let answer = try await client().get("/federate")
        #expect(answer.status == .ok)
        #expect(answer.text.isEmpty)
        #expect(try await client().get("/federate?match[]=none").text.isEmpty)
    }

    @Test("refuses a selector that cannot be read", arguments: ["up{", "up[5m]", "{}", "up{a=~\"(\"}"])
    func refuses(selector: String) async throws {
        let answer = try await client().get("/federate?match[]=up&match[]=\(selector)")
        #expect(answer.status == .badRequest)
        #expect(answer.text.contains("parse error: "))
    }
}
