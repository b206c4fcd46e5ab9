import Foundation
import Testing

/// What others make of us: Prometheus's own checker, Prometheus itself, and node_exporter's names.
@Suite(
    .enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)),
    .enabled(if: Surroundings.hasPeers, Comment(rawValue: Surroundings.noPeers)))
struct PeersTests {
    static let exposition = """
        # HELP http_requests_total Requests.
        # TYPE http_requests_total counter
        http_requests_total{code="200",path="/a \\"quoted\\" \\\\ path"} 1027
        # HELP latency_seconds Time taken.
        # TYPE latency_seconds histogram
        latency_seconds_bucket{le="0.1"} 5
        latency_seconds_bucket{le="+Inf"} 7
        latency_seconds_sum 1.25
        latency_seconds_count 7
        # HELP odd_values Values that are no ordinary numbers.
        # TYPE odd_values gauge
        odd_values{kind="nan"} NaN
        odd_values{kind="inf"} +Inf
        odd_values{kind="minus"} -Inf
        odd_values{kind="exact"} 0.30000000000000004

        """

    @Test func promtoolFindsNothingAmiss() throws {
        let workplace = try Workplace()
        let exporter = try Exporter(text: Self.exposition)
        defer { exporter.stop() }
        let appliance = try Appliance(in: workplace, configuration: scraping([("test", exporter)]))
        try eventually("a scrape is federated") {
            try appliance.get("/federate?match[]=http_requests_total").text.contains("1027")
        }
        for path in ["/metrics", "/federate?match[]=%7Bjob%3D%22test%22%7D"] {
            let answer = try appliance.get(path)
            #expect(answer.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
            #expect(answer.text.contains("# TYPE"))
            let verdict = try promtoolCheckMetrics(answer.text, in: workplace)
            if path == "/metrics" {
                #expect(verdict.ending == .exit(0), "\(verdict.output)\(verdict.errors)")
            } else {
                // 3 are matters of taste about names and texts of others; 1 is text that cannot be read.
                #expect([.exit(0), .exit(3)].contains(verdict.ending), "\(verdict.output)\(verdict.errors)")
            }
        }
        #expect(try appliance.get("/federate?match[]=nothing_of_that_name").text.isEmpty)
        #expect(try appliance.get("/federate?match[]=%7B").status == 400)
    }

    @Test func openMetricsIsAnsweredWhenAskedFor() throws {
        let workplace = try Workplace()
        let appliance = try Appliance(in: workplace)
        let answer = try appliance.get(
            "/metrics", headers: ["Accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"])
        #expect(answer.headers["content-type"]?.hasPrefix("application/openmetrics-text; version=1.0.0") == true)
        #expect(answer.text.hasSuffix("# EOF\n"))
    }

    @Test(.timeLimit(.minutes(3))) func prometheusScrapesBoth() throws {
        let workplace = try Workplace()
        let exporter = try Exporter(text: Self.exposition)
        defer { exporter.stop() }
        let appliance = try Appliance(in: workplace, configuration: scraping([("test", exporter)]))
        try eventually("a scrape is federated") {
            try appliance.get("/federate?match[]=http_requests_total").text.contains("1027")
        }
        let prometheus = try PrometheusPeer(
            in: workplace,
            configuration: """
                global:
                  scrape_interval: 1s
                scrape_configs:
                  - job_name: metrics
                    static_configs:
                      - targets: ["127.0.0.1:\(appliance.port)"]
                  - job_name: federate
                    honor_labels: true
                    metrics_path: /federate
                    params:
                      "match[]": ['{job="test"}']
                    static_configs:
                      - targets: ["127.0.0.1:\(appliance.port)"]

                """)
        try eventually("both are up", within: 30) {
            let targets = try prometheus.targets()
            for target in targets where target.health == "down" { throw Failure("\(target.job): \(target.error)") }
            return targets.count == 2 && targets.allSatisfy { $0.health == "up" }
        }
        let wanted = [
            "http_requests_total{job=\"test\",code=\"200\"}": "1027",
            "latency_seconds_bucket{job=\"test\",le=\"0.1\"}": "5",
            "odd_values{job=\"test\",kind=\"exact\"}": "0.30000000000000004",
            "odd_values{job=\"test\",kind=\"nan\"}": "NaN",
            "odd_values{job=\"test\",kind=\"minus\"}": "-Inf",
            "up{job=\"test\"}": "1",
            "count(vedette_build_info)": "1",
        ]
        for (expression, value) in wanted {
            try eventually("Prometheus has \(expression) = \(value)") {
                try instantValue(prometheus, expression) == value
            }
        }
    }

    /// Our host figures carry the names and labels of node_exporter, so that its dashboards fit.
    @Test(.timeLimit(.minutes(3))) func theHostIsTheOneNodeExporterSees() throws {
        let workplace = try Workplace()
        let port = try freePort()
        let peer = try Program(
            Surroundings.peers + "/prometheus-node-exporter", ["--web.listen-address=127.0.0.1:\(port)"], in: workplace)
        let theirs = try eventually("node_exporter answers", within: 20) {
            try labelNames(request(port: port, path: "/metrics").text)
        }
        #expect(peer.check() == nil)
        let appliance = try Appliance(in: workplace)
        try eventually("the host is collected", within: 40) {
            try !appliance.rows("select 1 from series where metric = 'node_load1'").isEmpty
        }
        let ours = try appliance.rows(
            """
            select distinct s.metric,
                (select group_concat(key, ',') from
                    (select key from json_each(s.labels) where key not in ('job', 'instance') order by key))
            from series s where s.metric like 'node\\_%' escape '\\'
            """)
        #expect(ours.count > 50)
        for row in ours where !row[0].hasPrefix("node_scrape_collector_") {
            // A label without a value is no label: what is stored may have fewer than what is printed, never others.
            let labels = Set((row.count > 1 ? row[1] : "").split(separator: ","))
            #expect(
                theirs[row[0]]?.contains { labels.isSubset(of: Set($0.split(separator: ","))) } == true,
                "\(row[0]) \(labels), node_exporter has \(theirs[row[0]] ?? [])")
        }
        for name in [
            "node_cpu_seconds_total", "node_memory_MemAvailable_bytes", "node_filesystem_avail_bytes",
            "node_network_receive_bytes_total",
        ] {
            #expect(ours.contains { $0[0] == name } || theirs[name] == nil, "\(name) is missing")
        }
    }

    private func instantValue(_ prometheus: PrometheusPeer, _ expression: String) throws -> String? {
        let encoded = expression.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? expression
        let result = try prometheus.api("query?query=\(encoded)")["result"] as? [[String: Any]]
        return (result?.first?["value"] as? [Any])?.last as? String
    }

    /// The label names of each metric in an exposition, sorted and joined. Enough of a reader for node_exporter's text.
    private func labelNames(_ text: String) -> [String: Set<String>] {
        var found: [String: Set<String>] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let name = String(line.prefix { $0 != "{" && $0 != " " })
            let names = line.matches(of: /([a-zA-Z_]+)="(?:[^"\\]|\\.)*"/).map { String($0.1) }.sorted()
            found[name, default: []].insert(names.joined(separator: ","))
        }
        return found
    }
}
