import Foundation
import Testing

/// The query API of the real binary, beside Prometheus and through the clients that others have made for it.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)))
struct QueryAPITests {
    static let exposition = """
        # HELP http_requests_total Requests.
        # TYPE http_requests_total counter
        http_requests_total{code="200",path="/a \\"quoted\\" \\\\ path"} 1027
        http_requests_total{code="500",path="/b"} 3
        # HELP latency_seconds Time taken.
        # TYPE latency_seconds histogram
        latency_seconds_bucket{le="0.1"} 5
        latency_seconds_bucket{le="1"} 6
        latency_seconds_bucket{le="+Inf"} 7
        latency_seconds_sum 1.25
        latency_seconds_count 7
        # HELP odd_values Values that are no ordinary numbers.
        # TYPE odd_values gauge
        odd_values{kind="nan"} NaN
        odd_values{kind="inf"} +Inf
        odd_values{kind="minus"} -Inf
        odd_values{kind="exact"} 0.30000000000000004
        odd_values{kind="tiny"} 1.5e-9
        odd_values{kind="huge"} 1.25e+25
        plain 7

        """

    private static func appliance(in workplace: Workplace, _ exporter: Exporter) throws -> Appliance {
        let appliance = try Appliance(
            in: workplace,
            configuration: scraping(
                [("test", exporter)], more: "self_monitoring: { host: false, vedette: false }\n"))
        try eventually("a scrape can be asked for") {
            try appliance.get("/api/v1/query?query=plain").text.contains("\"7\"")
        }
        return appliance
    }

    // MARK: Prometheus itself

    /// Requests that both refuse in the same words (where Prometheus's have changed since Debian's version they are left out).
    static let refused = [
        query(""), query("up{"), query("up}"), query("sum("), query("sum()"), query("foo(up)"), query("rate(up)"),
        query("rate(up[5m],1)"), query("1+"), query("+"), query("\"abc"), query("up{a}"), query("up{a=\"b\""),
        query("up{a=b}"), query("{}"), query("{a!=\"b\"}"), query("up and 1"), query("1 and 1"), query("1 == 1"),
        query("-\"a\""), query("up[5m][5m]"), query("sum by (up"), query("topk(up)"), query("topk(\"a\",up)"),
        query("up + on(a) group_left(a) up"), query("up or bool up"), query("up + bool up"), query("1 2"),
        query("up up"), query("(up"), query("#c"), query("up{a=\"\\q\"}"), query("$"), query("a$b"),
        query("label_replace(up,\"a\",\"b\",\"c\",\"(\")"), query("sum(up) by (a) by (b)"),
        query("up{__name__=\"a\"}"), query("histogram_quantile(up, 1)"), query("clamp(up,1)"),
        query("round(up,1,2)"), query("up{a='b',,}"), query("up{,}"), query("by"), query("up by (a)"),
        query("abs({__name__=~\"latency_seconds_sum|latency_seconds_count\"})"),
        "query?query=up&timeout=x", "query?query=up&timeout=1e30", "query_range", "query_range?query=up&start=1",
        "query_range?query=up&start=1&end=x", "query_range?query=up&start=2&end=1&step=1",
        "query_range?query=up&start=1&end=2", "query_range?query=up&start=1&end=2&step=0",
        "query_range?query=up&start=1&end=2&step=-5", "query_range?query=up&start=1&end=2&step=5x",
        "query_range?query=up&start=1&end=20000&step=1", "query_range?query=up&start=1&end=2&step=1&timeout=y",
        "series", "series?match[]=up%7B", "series?match[]=%7B%7D", "series?match[]=%7Ba!=%22b%22%7D",
        "series?match[]=up%5B5m%5D", "series?match[]=1", "labels?match[]=up%7B", "labels?match[]=%7B%7D",
        "labels?match[]=sum(up)", "label/job/values?match[]=up%7B", "label/job/values?match[]=up%20offset%201m",
        "metadata?limit=x", "targets/metadata?limit=x", "targets/metadata?match_target=%7B",
        "query_exemplars?query=up%7B", "query_exemplars?query=up&start=2&end=1", "format_query?query=up%7B",
    ]

    static let answered =
        [
            "odd_values", "http_requests_total", "latency_seconds_bucket", "sum(odd_values{kind!=\"nan\"})", "1",
            "1e-9",
            "1e30", "-0", "Inf", "NaN", "\"a<b>&\"", "time()", "odd_values*1", "count(up)",
            "histogram_quantile(0.9,latency_seconds_bucket)", "vector(1.5)", "scalar(plain)", "plain+plain",
            "-odd_values",
            "up == bool 1", "http_requests_total > 100", "sum by(code)(http_requests_total)",
            "quantile(0.5,http_requests_total)", "label_join(plain, \"a\", \"-\", \"job\", \"none\")",
            "plain offset 100d", "absent(nothing)", "plain @ 1",
        ].map(query)
        + [
            "labels", "labels?match[]=odd_values", "label/job/values", "label/__name__/values",
            "label/kind/values?match[]=odd_values&match[]=up", "label/none/values", "label/job/values?start=1&end=2",
            "labels?start=1&end=2", "series?match[]=up", "series?match[]=up&match[]=plain", "series?match[]=none",
            "series?match[]=%7Bjob=%22test%22%7D", "series?match[]=up&start=1&end=2", "metadata",
            "metadata?metric=odd_values", "metadata?metric=none", "metadata?limit=0", "targets/metadata",
            "targets/metadata?metric=odd_values", "targets/metadata?match_target=%7Bjob=%22none%22%7D",
            "targets/metadata?limit=1", "query_exemplars?query=up",
        ] + formatted.map { "format_query?query=" + encoded($0) }

    /// Queries that are broken up and indented, each with a name too long to stay on a line.
    static let formatted: [String] = {
        let x = String(repeating: "x", count: 70)
        let y = String(repeating: "y", count: 50)
        return [
            "foo/bar", "topk(3, \(x) + -(\(x) * on (job) group_left () \(x)))", "-\(x) ^ \(x) + \(x)",
            "\(x)[5m:1m] + \(x)", "max_over_time((\(x) + \(x))[5m:1m])",
            "max_over_time(rate(\(x){\(x)=\"a\"}[1m])[5m:1m] offset 1m)",
            "sum without (a,b) (\(x){a=\"\(x)\"}) > bool 5",
            "label_replace(\(x), \"a\", \"\(x)\", \"c\", \"d\")", "\(x) or \(x) or (\(x) unless on(a,b) \(x))",
            "quantile(0.5, -\(x)*-\(x)) by (job)",
            "histogram_quantile(0.9, sum by (le, \(x)) (rate(\(y)[5m]))) / ignoring(a) group_right(b,c) \(x)",
            "absent(\(y){a!=\"\(x)\"} @ end() offset -5m)", "sum(max_over_time(\(x)[5m:])) + count(\(x))",
            "count_values(\"\(x)\", \(x) + \(x))",
            "1 + (2 * (\(Array(repeating: "foo", count: 50).joined(separator: "+"))))",
            "\(x) - -(\(x))", "sum(\(x)) by (job) + on(job) group_left(\(y)) count(\(x))",
        ]
    }()

    @Test(
        .timeLimit(.minutes(3)), .enabled(if: Surroundings.hasPeers, Comment(rawValue: Surroundings.noPeers)))
    func answersAreThoseOfPrometheus() throws {
        let workplace = try Workplace()
        let exporter = try Exporter(text: Self.exposition)
        defer { exporter.stop() }
        let appliance = try Self.appliance(in: workplace, exporter)
        let prometheus = try PrometheusPeer(
            in: workplace,
            configuration: """
                global:
                  scrape_interval: 200ms
                  scrape_timeout: 200ms
                scrape_configs:
                  - job_name: test
                    static_configs:
                      - targets: ["\(exporter.address)"]

                """)
        try eventually("Prometheus has a scrape") {
            try request(port: prometheus.port, path: "/api/v1/query?query=plain").text.contains("\"7\"")
        }
        // A second that both have scraped.
        let start = Date().timeIntervalSince1970 + 0.5
        let time = String(format: "%.3f", start + 1)
        try eventually("time passes") { Date().timeIntervalSince1970 > start + 2.5 }
        var requests = Self.refused + Self.answered.map { $0.hasPrefix("query?") ? $0 + "&time=\(time)" : $0 }
        for query in ["plain", "1", "sum(plain)", "time()", "none", "odd_values"] {
            requests.append(
                "query_range?query=\(encoded(query))&start=\(String(format: "%.3f", start))&end=\(time)&step=250ms")
        }
        for path in requests {
            let ours = try appliance.get("/api/v1/" + path)
            let theirs = try request(port: prometheus.port, path: "/api/v1/" + path)
            #expect(ours.status == theirs.status, "\(path)")
            #expect(ours.headers["content-type"] == theirs.headers["content-type"], "\(path)")
            #expect(try comparable(ours) == comparable(theirs), "\(path)")
        }
    }

    /// The JSON of an answer in a form that does not depend on the order of what has none.
    private func comparable(_ answer: Answer) throws -> String {
        guard var object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any] else {
            throw Failure("no object: \(answer.text)")
        }
        if let list = object["data"] as? [Any] {
            object["data"] = try list.map(text).sorted()
        } else if var data = object["data"] as? [String: Any], let list = data["result"] as? [[String: Any]] {
            data["result"] = try list.map(text).sorted()
            object["data"] = data
        }
        return try text(object)
    }

    private func text(_ value: Any) throws -> String {
        let data = try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed])
        return String(decoding: data, as: UTF8.self)
    }

    // MARK: Clients

    @Test(.enabled(if: Surroundings.hasPeers, Comment(rawValue: Surroundings.noPeers)))
    func promtoolAsksUs() throws {
        let workplace = try Workplace()
        let exporter = try Exporter(text: Self.exposition)
        defer { exporter.stop() }
        let appliance = try Self.appliance(in: workplace, exporter)
        let server = "http://127.0.0.1:\(appliance.port)"
        let labels = "instance=\"\(exporter.address)\", job=\"test\""
        func promtool(_ arguments: String...) throws -> String {
            let done = try run(Surroundings.peers + "/promtool", ["query"] + arguments, in: workplace)
            #expect(done.ending == .exit(0), "\(arguments): \(done.errors)")
            return done.output
        }
        #expect(try promtool("instant", server, "plain").hasPrefix("plain{\(labels)} => 7 @["))
        let now = Int(Date().timeIntervalSince1970)
        let range = try promtool(
            "range", "--start=\(now - 60)", "--end=\(now + 1)", "--step=1s", server, "plain * 2")
        #expect(range.hasPrefix("{\(labels)} =>\n14 @["))
        #expect(try promtool("series", "--match=up", server) == "{__name__=\"up\", \(labels)}\n")
        #expect(try promtool("labels", server, "code") == "200\n500\n")
        #expect(try promtool("labels", "--match=up", server, "code") == "")
    }

    @Test(
        .timeLimit(.minutes(2)),
        .enabled(if: Surroundings.hasPythonClient, Comment(rawValue: Surroundings.noPythonClient)))
    func thePythonClientAsksUs() throws {
        let workplace = try Workplace()
        let exporter = try Exporter(text: Self.exposition)
        defer { exporter.stop() }
        let appliance = try Self.appliance(in: workplace, exporter)
        let script = try workplace.write(
            """
            import datetime, json, sys
            from prometheus_api_client import PrometheusConnect
            client = PrometheusConnect(url=sys.argv[1], disable_ssl=True)
            now = datetime.datetime.now()
            minute = datetime.timedelta(minutes=1)
            print(json.dumps([
                client.check_prometheus_connection(),
                "latency_seconds_bucket" in client.all_metrics(),
                [s["value"][1] for s in client.get_current_metric_value("http_requests_total", {"code": "500"})],
                [s["value"][1] for s in client.custom_query("sum(http_requests_total)")],
                sorted({v[1] for s in client.custom_query_range("plain", now - minute, now + minute, "1") for v in s["values"]}),
                client.get_label_values("code"),
            ]))
            """, to: "ask.py")
        let done = try run(
            Surroundings.python, [script, "http://127.0.0.1:\(appliance.port)"], in: workplace)
        #expect(done.ending == .exit(0), "\(done.errors)")
        #expect(done.output == "[true, true, [\"3\"], [\"1030\"], [\"7\"], [\"200\", \"500\"]]\n")
    }

    // MARK: Heavy queries

    @Test(.timeLimit(.minutes(2))) func heavyQueriesEndInTimeAndDelayNobody() throws {
        let workplace = try Workplace()
        let exporter = try Exporter(text: Self.exposition)
        defer { exporter.stop() }
        let appliance = try Self.appliance(in: workplace, exporter)
        let statuses = Statuses()
        let done = DispatchGroup()
        let seconds = 4
        let before = exporter.answered.count
        for _ in 0..<8 {
            done.enter()
            let port = appliance.port
            Foundation.Thread.detachNewThread {
                let path =
                    "/api/v1/query_range?start=0&end=11000&step=1&timeout=\(seconds)&query="
                    + encoded(Self.endless)
                statuses.add(Result { try request(port: port, path: path, within: 60).text })
                done.leave()
            }
        }
        try eventually("eight queries run") { try appliance.metric("vedette_queries_running") == 8 }
        done.wait()
        // Five scrapes a second are due; a loaded machine may miss one or two by itself.
        #expect(exporter.answered.count - before >= seconds * 5 - 3)
        #expect(
            statuses.all
                == Array(
                    repeating:
                        #"{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}"#,
                    count: 8))
        #expect(try appliance.metric("vedette_queries_total{outcome=\"timeout\"}") == 8)
        #expect(try appliance.metric("vedette_queries_running") == 0)
        #expect(try appliance.get("/api/v1/query?query=plain").status == 200)

        // Nor does one that nobody waits for any more, nor one that runs when the appliance stops.
        let gone = try connected(to: appliance.port)
        let path = "/api/v1/query_range?start=0&end=11000&step=1&query=" + encoded(Self.endless)
        try send(Array("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n".utf8), to: gone)
        try eventually("it runs") { try appliance.metric("vedette_queries_running") == 1 }
        close(gone)
        try eventually("it is ended") { try appliance.metric("vedette_queries_total{outcome=\"canceled\"}") == 1 }
        let left = try connected(to: appliance.port)
        defer { close(left) }
        try send(Array("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n".utf8), to: left)
        try eventually("it runs") { try appliance.metric("vedette_queries_running") == 1 }
        #expect(try appliance.stop() == .exit(0))
    }

    /// A query that takes minutes for 11,000 steps.
    static let endless = "quantile_over_time(0.5, vector(time() * 0 + 1)[1000000s:1s])"

    @Test func theDeepestQueriesAreAnswered() throws {
        let workplace = try Workplace()
        let exporter = try Exporter(text: Self.exposition)
        defer { exporter.stop() }
        let appliance = try Self.appliance(in: workplace, exporter)
        func nest(_ opening: String, _ closing: String, _ depth: Int) -> String {
            String(repeating: opening, count: depth) + "plain" + String(repeating: closing, count: depth)
        }
        for (opening, closing) in [
            ("(", ")"), ("-", ""), ("-(", ")"), ("abs(", ")"), ("sum(", ")"), ("clamp(", ",0,scalar(plain))"),
            ("max_over_time(", "[2ms:1ms])"), ("", "+plain"), ("", " or plain"), ("", "^plain"), ("plain^", ""),
        ] {
            var statuses: Set<Int> = []
            for depth in [245, 490, 5000] {
                let form = "timeout=2&query=" + encoded(nest(opening, closing, depth))
                for route in ["query", "format_query", "parse_query"] {
                    statuses.insert(try request(port: appliance.port, path: "/api/v1/" + route, form: form).status)
                }
            }
            #expect(statuses.isSubset(of: [200, 400, 422, 503]) && statuses.contains(400), "\(opening): \(statuses)")
        }
        #expect(try appliance.stop() == .exit(0))
    }
}

/// What several threads were answered.
private final class Statuses: @unchecked Sendable {
    // Sendable: everything below the lock.
    private let lock = NSLock()
    private var answers: [String] = []

    var all: [String] { lock.withLock { answers } }

    func add(_ answer: Result<String, any Error>) {
        lock.withLock {
            switch answer {
            case .success(let text): answers.append(text)
            case .failure(let error): answers.append("\(error)")
            }
        }
    }
}

private func encoded(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
}

private func query(_ text: String) -> String { "query?query=" + encoded(text) }
