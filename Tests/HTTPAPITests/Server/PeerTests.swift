import Foundation
import Model
import Testing

@testable import HTTPAPI

private let promtool = "/usr/bin/promtool"
private let prometheus = "/usr/bin/prometheus"

@Suite("Prometheus itself")
struct PeerTests {
    private func services() -> Services {
        let now = SystemClock().now()
        var services = fakeServices(
            series: FakeSeries(series: [
                (["__name__": "up", "job": "a", "instance": "x:1"], [Sample(now - 1000, 1)]),
                (["__name__": "load", "job": "a \"quoted\" \\ name\n"], [Sample(now - 1000, .infinity)]),
                (["__name__": "requests_total", "job": "a"], [Sample(now - 1000, 1e9)]),
            ]))
        services.clock = SystemClock()
        services.externalLabels = { ["site": "lab"] }
        return services
    }

    @Test(
        "finds nothing wrong with our expositions",
        .enabled(if: FileManager.default.isExecutableFile(atPath: promtool), "promtool is not installed"),
        arguments: ["/metrics", "/federate?match[]={job=~\".%2B\"}"])
    func promtoolAccepts(target: String) async throws {
        let answer = try await RouteClient(router: .standard(services())).get(target)
        #expect(answer.status == .ok)
        #expect(!answer.body.isEmpty)
        let verdict = try run(promtool, ["check", "metrics"], input: answer.body)
        // Federated families have no help text, in Prometheus's own answer either; 1 is what cannot be parsed.
        let complaints = verdict.error.split(separator: "\n").filter { !$0.hasSuffix("no help text") }
        #expect(complaints.isEmpty)
        #expect(verdict.code == (target == "/metrics" ? 0 : 3))
    }

    @Test(
        "scrapes us",
        .enabled(if: FileManager.default.isExecutableFile(atPath: prometheus), "prometheus is not installed"))
    func scrapes() async throws {
        try await withServer(.standard(services())) { server in
            let peer = try Peer(scraping: server.address)
            defer { peer.stop() }
            let series = [
                "vedette_scrapes_total{job=\"metrics\"}", "requests_total{job=\"a\",site=\"lab\",instance=\"\"}",
                "up{job=\"a\",instance=\"x:1\",site=\"lab\"}", "up{job=\"metrics\"} == 1", "up{job=\"federate\"} == 1",
            ]
            for expression in series {
                let found = await eventually {
                    do { return try peer.finds(expression) } catch { return false }
                }
                #expect(found, "\(expression)")
            }
        }
    }
}

/// A Prometheus that scrapes one server, in a folder of its own.
private final class Peer {
    private let process = Process()
    private let folder: TemporaryFolder
    private let port: UInt16

    init(scraping target: ListenAddress) throws {
        folder = try TemporaryFolder()
        // A port that was free a moment ago: Prometheus cannot say which one the kernel has chosen for it.
        let free = try Listener(ListenAddress(host: "127.0.0.1", port: 0))
        port = free.address.port
        close(free.socket)
        let configuration = """
            global: {scrape_interval: 200ms, scrape_timeout: 200ms}
            scrape_configs:
            - job_name: metrics
              static_configs: [{targets: ['\(target)']}]
            - job_name: federate
              honor_labels: true
              metrics_path: /federate
              params: {'match[]': ['{job=~".+"}']}
              static_configs: [{targets: ['\(target)']}]
            """
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: folder.path + "/prometheus.yml"))
        process.executableURL = URL(fileURLWithPath: prometheus)
        process.arguments = [
            "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/data",
            "--web.listen-address=127.0.0.1:\(port)", "--log.level=error",
        ]
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
    }

    func finds(_ expression: String) throws -> Bool {
        let answer = try run(
            "/usr/bin/curl",
            ["-sS", "-m", "5", "--data-urlencode", "query=\(expression)", "http://127.0.0.1:\(port)/api/v1/query"])
        guard answer.code == 0 else { return false }
        let object = try JSONSerialization.jsonObject(with: Data(answer.output)) as? [String: Any]
        let data = object?["data"] as? [String: Any]
        return (data?["result"] as? [Any])?.isEmpty == false
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}
