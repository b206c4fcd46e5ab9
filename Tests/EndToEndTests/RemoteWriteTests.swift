import Foundation
import Synchronization
import Testing

/// A real Prometheus that writes what it scrapes to us: its samples are ours, to the bit, whatever happens to us meanwhile.
@Suite(
    .enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)),
    .enabled(if: Surroundings.hasPeers, Comment(rawValue: Surroundings.noPeers)), .serialized)
struct RemoteWriteTests {
    private static let configuration = """
        remote_write_receiver: true
        self_monitoring: {host: false, vedette: false}

        """

    /// Values of all kinds, and series that come and go.
    private func exporter() throws -> Exporter {
        try Exporter { request in
            var body = """
                # HELP odd_values Values that are no ordinary numbers.
                # TYPE odd_values gauge
                odd_values{kind="nan"} NaN
                odd_values{kind="inf"} +Inf
                odd_values{kind="minus"} -Inf
                odd_values{kind="exact"} 0.30000000000000004
                odd_values{kind="quoted \\" \\\\ é"} -1e-300
                # TYPE requests_total counter
                requests_total \(request)

                """
            for n in 0..<700 { body += "load{n=\"\(n)\"} \(request * n % 1000).\(n % 10 + 1)\n" }
            if request % 6 < 3 { body += "comes_and_goes{half=\"\(request % 12 / 6)\"} \(request)\n" }
            return Reply(body)
        }
    }

    private func prometheus(_ exporters: [Exporter], to port: UInt16, in workplace: Workplace) throws -> PrometheusPeer
    {
        let targets = exporters.map { "\"\($0.address)\"" }.joined(separator: ", ")
        return try PrometheusPeer(
            in: workplace,
            configuration: """
                global:
                  scrape_interval: 500ms
                  scrape_timeout: 500ms
                scrape_configs:
                  - job_name: load
                    static_configs:
                      - targets: [\(targets)]
                remote_write:
                  - url: http://127.0.0.1:\(port)/api/v1/write
                    queue_config:
                      min_shards: 4
                      min_backoff: 30ms
                      max_backoff: 500ms
                    metadata_config:
                      send_interval: 1s

                """)
    }

    /// Samples by series and time, the value by its bits; every NaN is one.
    private typealias Samples = [String: [Int64: UInt64]]

    /// What Prometheus says it has, in a range of time.
    private func theirs(_ prometheus: PrometheusPeer, from: Int64, to: Int64) throws -> Samples {
        let seconds = (to - from + 999) / 1000 + 1
        let expression =
            "{job=\"load\"}[\(seconds)s]".addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let time = Double(to) / 1000
        let result = try prometheus.api("query?query=\(expression)&time=\(time)")["result"] as? [[String: Any]] ?? []
        var found: Samples = [:]
        for series in result {
            guard let labels = series["metric"] as? [String: String], let values = series["values"] as? [[Any]] else {
                throw Failure("a series of another form: \(series)")
            }
            for value in values {
                guard let time = value.first as? Double, let text = value.last as? String, let number = Double(text)
                else {
                    throw Failure("a sample of another form: \(value)")
                }
                let timestamp = Int64((time * 1000).rounded())
                guard timestamp >= from, timestamp <= to else { continue }
                found[name(labels), default: [:]][timestamp] = number.isNaN ? 0 : number.bitPattern
            }
        }
        return found
    }

    /// What the shell finds in our file; nothing may be there twice.
    private func ours(_ file: String, from: Int64, to: Int64) throws -> Samples {
        let rows = try query(
            file,
            """
            select metric, labels, ts, hex(ieee754_to_blob(value)), value is null from samples
            where ts between \(from) and \(to)
            """)
        var found: Samples = [:]
        for row in rows {
            guard row.count == 5, let timestamp = Int64(row[2]),
                var labels = try JSONSerialization.jsonObject(with: Data(row[1].utf8)) as? [String: String]
            else { throw Failure("a row of another form: \(row)") }
            labels["__name__"] = row[0]
            let bits = row[4] == "1" ? 0 : UInt64(row[3], radix: 16) ?? 0
            if found[name(labels), default: [:]].updateValue(bits, forKey: timestamp) != nil {
                throw Failure("\(row[0]) \(row[1]) is there twice at \(timestamp)")
            }
        }
        return found
    }

    private func name(_ labels: [String: String]) -> String {
        labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "\u{1}")
    }

    private func expectSame(_ ours: Samples, _ theirs: Samples) {
        #expect(Set(ours.keys) == Set(theirs.keys))
        for (series, samples) in theirs where ours[series] != samples {
            let mine = ours[series] ?? [:]
            let missing = samples.filter { mine[$0.key] != $0.value }.keys.sorted()
            let surplus = mine.filter { samples[$0.key] != $0.value }.keys.sorted()
            Issue.record("\(series): missing or different \(missing), surplus \(surplus)")
        }
    }

    /// The time of the newest sample of every target that has come here, once one is newer than `time`.
    private func waitUntilHere(_ file: String, _ time: Int64, targets: Int) throws {
        try eventually("everything up to a time is here", within: 60, every: 0.3) {
            let rows = try query(
                file,
                """
                select count(*) from (select labels, max(ts) as newest from samples where metric = 'scrape_series_added'
                    group by labels having newest > \(time))
                """)
            return rows.first?.first == String(targets)
        }
    }

    private func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    @Test(.timeLimit(.minutes(3))) func prometheusAndWeHaveTheSame() throws {
        let workplace = try Workplace()
        let exporters = try [exporter(), exporter()]
        defer { exporters.forEach { $0.stop() } }
        let appliance = try Appliance(in: workplace, configuration: Self.configuration)
        let prometheus = try prometheus(exporters, to: appliance.port, in: workplace)
        try waitUntilHere(appliance.data, 0, targets: 2)
        // It begins to write some time after it has begun to scrape.
        let start = now() + 500
        Thread.sleep(forTimeInterval: 10)
        let end = now()
        try waitUntilHere(appliance.data, end, targets: 2)
        let samples = try theirs(prometheus, from: start, to: end)
        #expect(samples.count > 1400)
        expectSame(try ours(appliance.data, from: start, to: end), samples)

        // Series that went away have ended, and what Prometheus knows of families is here.
        let ended = try appliance.rows("select count(*) from head, json_each(vals) where atom = 'stale'")
        #expect(Int(ended.first?.first ?? "") ?? 0 > 0)
        try eventually("metadata is here") {
            try appliance.rows("select type, help from metadata where family = 'odd_values'").first
                == ["gauge", "Values that are no ordinary numbers."]
        }
        // Whole rows, and nobody is shown as a target.
        #expect(try appliance.rows("select count(*) from loose").first?.first == "0")
        #expect(try appliance.rows("select count(*) from scrape_targets").first?.first == "0")
        #expect(try appliance.metric(#"vedette_remote_write_requests_total{outcome="refused"}"#) == 0)
        #expect(try appliance.metric(#"vedette_store_samples_dropped_total{reason="duplicate"}"#) == 0)
    }

    @Test(.timeLimit(.minutes(5))) func whatWasAnsweredSurvivesKills() throws {
        let workplace = try Workplace()
        let exporters = try [exporter(), exporter()]
        defer { exporters.forEach { $0.stop() } }
        let port = try freePort()
        var appliance = try Appliance(in: workplace, configuration: Self.configuration, port: port)
        let prometheus = try prometheus(exporters, to: port, in: workplace)
        try waitUntilHere(appliance.data, 0, targets: 2)
        let start = now() + 500
        var random = SystemRandomNumberGenerator()
        for _ in 1...8 {
            Thread.sleep(forTimeInterval: Double.random(in: 0.5...2.5, using: &random))
            try appliance.crash()
            #expect(try queryOne(appliance.data, "pragma integrity_check") == "ok")
            appliance = try Appliance(in: workplace, configuration: Self.configuration, port: port)
        }
        let end = now()
        try waitUntilHere(appliance.data, end, targets: 2)
        // Prometheus never sends again what was answered: all of it is here only if nothing of that was lost.
        expectSame(
            try ours(appliance.data, from: start, to: end), try theirs(prometheus, from: start, to: end))
        let failed = try request(port: prometheus.port, path: "/metrics").text.split(separator: "\n").first {
            $0.hasPrefix("prometheus_remote_storage_samples_failed_total")
        }
        #expect(failed?.hasSuffix(" 0") == true, "\(failed ?? "")")
        #expect(try appliance.stop() == .exit(0))
        expectSame(
            try ours(appliance.data, from: start, to: end), try theirs(prometheus, from: start, to: end))
    }

    /// While somebody holds the file's lock Prometheus is told to come again, and it does.
    @Test(.timeLimit(.minutes(3))) func whatIsRefusedComesAgain() throws {
        let workplace = try Workplace()
        let exporters = try [exporter()]
        defer { exporters.forEach { $0.stop() } }
        let appliance = try Appliance(in: workplace, configuration: Self.configuration)
        let prometheus = try prometheus(exporters, to: appliance.port, in: workplace)
        try waitUntilHere(appliance.data, 0, targets: 1)
        let start = now() + 500
        let holding = try run(
            "/usr/bin/sqlite3", ["-batch", appliance.data], in: workplace,
            input: ".timeout 5000\nbegin immediate;\n.shell sleep 8\ncommit;\n")
        #expect(holding.ending == .exit(0), "\(holding.errors)")
        let end = now()
        try waitUntilHere(appliance.data, end, targets: 1)
        #expect(try appliance.metric(#"vedette_remote_write_requests_total{outcome="failure"}"#) ?? 0 > 0)
        expectSame(
            try ours(appliance.data, from: start, to: end), try theirs(prometheus, from: start, to: end))
    }

    @Test func itIsSwitchedOffUnlessAskedFor() throws {
        let workplace = try Workplace()
        let appliance = try Appliance(in: workplace)
        #expect(try appliance.get("/api/v1/write").status == 405)
        let curl = try run(
            "/usr/bin/curl",
            ["--silent", "--data-binary", "x", "http://127.0.0.1:\(appliance.port)/api/v1/write"], in: workplace)
        #expect(curl.output.contains("set `remote_write_receiver: true`"))
    }
}
