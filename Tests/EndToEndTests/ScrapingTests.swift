import Foundation
import Testing

/// Scraping as its targets are: good, bad, and changing their minds.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)))
struct ScrapingTests {
    /// A target that misbehaves, and words one of which its error must contain.
    struct Bad: Sendable {
        let name: String
        let reply: Reply
        let words: [String]
    }

    static let bad: [Bad] = [
        Bad(name: "garbage", reply: Reply("<html>this is { not it"), words: ["line 1", "1:"]),
        Bad(name: "binary", reply: Reply(String(repeating: "\u{1}\u{0}", count: 500)), words: ["line 1", "1:"]),
        Bad(
            name: "late_garbage", reply: Reply("good 1\nbetter 2\nworst {{{\n"), words: ["line 3", "3:"]),
        Bad(
            name: "cut_off", reply: Reply("good 1\n").behaving(.cutOff), words: ["closed", "transfer", "end", "bytes"]),
        Bad(name: "silent", reply: Reply("").behaving(.silent), words: ["time"]),
        Bad(name: "rude", reply: Reply("").behaving(.rude), words: ["empty", "closed", "nothing"]),
        Bad(name: "error", reply: Reply(status: 500, text: "good 1\n"), words: ["500"]),
        Bad(name: "missing", reply: Reply(status: 404), words: ["404"]),
        Bad(
            name: "circling", reply: Reply(status: 302, headers: "Location: /metrics\r\n"),
            words: ["redirect"]),
    ]

    @Test func badAnswersHarmNobodyElse() throws {
        let workplace = try Workplace()
        let good = try Exporter { Reply("request \($0)\n") }
        var exporters = try Self.bad.map { bad in (bad.name, try Exporter { _ in bad.reply }) }
        let gone = try Exporter(text: "")
        gone.stop()
        exporters.append(("refused", gone))
        defer { ([good] + exporters.map(\.1)).forEach { $0.stop() } }
        var configuration = scraping([("good", good)] + exporters.map { (name: $0.0, exporter: $0.1) }, every: "500ms")
        configuration = configuration.replacing(
            "scrape_timeout: 500ms\n", with: "scrape_timeout: 500ms\n  body_size_limit: 1MB\n")
        let appliance = try Appliance(in: workplace, configuration: configuration)
        try eventually("ten good scrapes", within: 30) { good.answered.count >= 10 }

        let table = Self.bad.map { ($0.name, $0.words) } + [("refused", ["refused", "connect"])]
        for (name, words) in table {
            let errors = try appliance.rows("select health, last_error from scrape_targets where job = '\(name)'")
            #expect(errors.first?.first == "down", "\(name)")
            let reason = errors.first?.last?.lowercased() ?? ""
            #expect(words.contains { reason.contains($0) }, "\(name) says: \(reason)")
            let up = try appliance.rows(
                "select distinct value from samples where metric = 'up' and json_extract(labels, '$.job') = '\(name)'")
            #expect(up == [["0.0"]], "\(name)")
            let kept = try appliance.rows(
                "select 1 from samples where metric = 'good' and json_extract(labels, '$.job') = '\(name)' limit 1")
            #expect(kept.isEmpty, "\(name): part of a bad answer is kept")
        }
        let ups = try appliance.rows(
            "select distinct value from samples where metric = 'up' and json_extract(labels, '$.job') = 'good'")
        #expect(ups == [["1.0"]])
        // Every answer of the good one is there.
        let requests = try appliance.rows(
            "select cast(value as integer) from samples where metric = 'request' order by ts"
        )
        .compactMap { $0.first.flatMap(Int.init) }
        #expect(requests == Array(1...requests.count))
        #expect(requests.count >= 8)

        let targets = try appliance.get("/api/v1/targets").text
        #expect(targets.contains("\"health\":\"down\"") && targets.contains("\"health\":\"up\""))
        #expect(try appliance.stop() == .exit(0))
    }

    /// Over the limit an answer is kept as far as it goes, and one without an end is not waited for.
    @Test func anAnswerWithoutEndIsCutAtTheLimit() throws {
        let workplace = try Workplace()
        let exporter = try Exporter {
            Reply("request \($0)\n" + String(repeating: "# \n", count: 1000)).behaving(.endless)
        }
        defer { exporter.stop() }
        let configuration = scraping([("test", exporter)], every: "500ms").replacing(
            "scrape_timeout: 500ms\n", with: "scrape_timeout: 500ms\n  body_size_limit: 1MB\n")
        let appliance = try Appliance(in: workplace, configuration: configuration)
        try eventually("some scrapes", within: 30) { exporter.requests >= 5 }
        let status = try appliance.rows("select health, last_error from scrape_targets where job = 'test'")
        #expect(status.first?.first == "up", "\(status)")
        #expect(status.first?.last?.contains("body_size_limit exceeded") == true, "\(status)")
        let requests = try appliance.rows("select distinct value from samples where metric = 'request'")
        #expect(requests.count >= 2, "\(requests)")
        #expect(try appliance.stop() == .exit(0))
    }

    @Test func aScrapeBringsItsOwnFigures() throws {
        let workplace = try Workplace()
        let exporter = try Exporter { Reply((1...7).map { "a{n=\"\($0)\"} 1\n" }.joined() + "request \($0)\n") }
        defer { exporter.stop() }
        let appliance = try Appliance(
            in: workplace,
            configuration: scraping(
                [("test", exporter)],
                more: """
                    \n    metric_relabel_configs:
                          - source_labels: [n]
                            regex: "[1-3]"
                            action: drop

                    """))
        try eventually("some scrapes") { exporter.answered.count >= 4 }
        let wanted = [
            "up": "1.0", "scrape_samples_scraped": "8.0", "scrape_samples_post_metric_relabeling": "5.0",
        ]
        for (metric, value) in wanted {
            try eventually("\(metric) is \(value)") {
                try appliance.rows(
                    "select distinct value from samples where metric = '\(metric)' and json_extract(labels, '$.job') = 'test'"
                )
                    == [[value]]
            }
        }
        let added = try appliance.rows(
            "select value from samples where metric = 'scrape_series_added' order by ts limit 2")
        #expect(added == [["5.0"], ["0.0"]])
        #expect(
            try !appliance.rows("select 1 from samples where metric = 'scrape_duration_seconds' and value > 0").isEmpty)
        #expect(
            try appliance.rows("select distinct json_extract(labels, '$.n') from samples where metric = 'a' order by 1")
                == [["4"], ["5"], ["6"], ["7"]])
    }

    @Test func layoutsThatFlipLoseNothing() throws {
        let workplace = try Workplace()
        let exporter = try Exporter { request in
            switch request % 3 {
            case 0: Reply("request \(request)\nx 1\ny \(request).5\n")
            case 1: Reply("y \(request).5\nrequest \(request)\nx 1\n")
            default: Reply("request \(request)\nonly_sometimes \(request)\ny \(request).5\n")
            }
        }
        defer { exporter.stop() }
        let appliance = try Appliance(in: workplace, configuration: scraping([("test", exporter)]))
        try eventually("thirty scrapes", within: 30) { exporter.answered.count >= 30 }
        #expect(try appliance.stop() == .exit(0))

        let joined = try query(
            appliance.data,
            """
            select cast(r.value as integer), y.value, x.value, o.value
            from samples r
                left join samples y on y.metric = 'y' and y.ts = r.ts
                left join samples x on x.metric = 'x' and x.ts = r.ts
                left join samples o on o.metric = 'only_sometimes' and o.ts = r.ts
            where r.metric = 'request' order by r.ts
            """)
        #expect(joined.count >= 29)
        for row in joined {
            let request = try #require(Int(row[0]))
            #expect(row[1] == "\(request).5")
            #expect(row[2] == (request % 3 == 2 ? "" : "1.0"))
            #expect(row[3] == (request % 3 == 2 ? "\(request).0" : ""))
        }
        try Self.expectNothingTwice(appliance.data)
    }

    /// Duplicates, times that go back, times far ahead: the first stands, the rest is dropped and counted.
    @Test func samplesThatMakeNoSenseAreDroppedAndCounted() throws {
        let workplace = try Workplace()
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let exporter = try Exporter { request in
            let back = now - Int64(request) * 1000
            return Reply(
                """
                request \(request)
                twice 1
                twice 2
                backwards 1 \(back)
                future 1 \(now + 86_400_000)
                plain 5

                """)
        }
        defer { exporter.stop() }
        let appliance = try Appliance(in: workplace, configuration: scraping([("test", exporter)]))
        try eventually("ten scrapes") { exporter.answered.count >= 10 }

        #expect(try appliance.rows("select distinct value from samples where metric = 'twice'") == [["1.0"]])
        #expect(try appliance.rows("select distinct value from samples where metric = 'plain'") == [["5.0"]])
        #expect(try appliance.rows("select 1 from samples where metric = 'future'").isEmpty)
        let ups = try appliance.rows(
            "select distinct value from samples where metric = 'up' and json_extract(labels, '$.job') = 'test'")
        #expect(ups == [["1.0"]])
        for reason in ["duplicate", "out_of_order", "future"] {
            try eventually("\(reason) samples are counted on /metrics") { try appliance.metricSum(reason) > 0 }
        }
        #expect(try appliance.stop() == .exit(0))
        try Self.expectNothingTwice(appliance.data)
    }

    @Test func whatGoesAwayIsNoLongerCurrent() throws {
        let workplace = try Workplace()
        let exporter = try Exporter { Reply("request \($0)\n" + ($0 <= 5 ? "passing 1\n" : "")) }
        defer { exporter.stop() }
        let appliance = try Appliance(in: workplace, configuration: scraping([("test", exporter)]))
        let federated = "/federate?match[]=%7Bjob%3D%22test%22%7D"
        try eventually("it is there") { try appliance.get(federated).text.contains("passing{") }
        // Long before the five minutes after which anything silent is taken for gone.
        try eventually("it is gone") {
            let text = try appliance.get(federated).text
            return !text.contains("passing{") && text.contains("request{")
        }
        exporter.stop()
        try eventually("with the whole scrape the rest goes, and up says why") {
            let text = try appliance.get(federated).text
            return !text.contains("request{")
                && text.split(separator: "\n").contains { $0.hasPrefix("up{") && $0.contains("} 0") }
        }
    }

    @Test func overTheLimitTheExcessIsDroppedAndNamed() throws {
        let workplace = try Workplace()
        let exporter = try Exporter { _ in Reply((1...50).map { "a{n=\"\($0)\"} 1\n" }.joined()) }
        defer { exporter.stop() }
        let appliance = try Appliance(
            in: workplace, configuration: scraping([("test", exporter)], more: "    sample_limit: 20\n"))
        try eventually("some scrapes") { exporter.answered.count >= 4 }
        try eventually("twenty series are kept") {
            try appliance.rows("select count(distinct series_id) from samples where metric = 'a'") == [["20"]]
        }
        #expect(try appliance.metricSum("limit", "vedette_") > 0)
        let target = try appliance.rows("select last_error from scrape_targets where job = 'test'")
        #expect(target.first?.first?.contains("limit") == true, "\(target)")
    }

    @Test func aFileOfTargetsIsFollowed() throws {
        let workplace = try Workplace()
        let first = try Exporter { Reply("first \($0)\n") }
        let second = try Exporter { Reply("second \($0)\n") }
        defer { [first, second].forEach { $0.stop() } }
        try workplace.write(
            "[{\"targets\": [\"\(first.address)\"], \"labels\": {\"from\": \"file\"}}]", to: "targets.json")
        let appliance = try Appliance(
            in: workplace,
            configuration: """
                global:
                  scrape_interval: 200ms
                  scrape_timeout: 200ms
                scrape_configs:
                  - job_name: listed
                    file_sd_configs:
                      - files: ["\(workplace.file("*.json"))"]

                """)
        try eventually("the first is scraped") {
            try !appliance.rows(
                "select 1 from series where metric = 'first' and json_extract(labels, '$.from') = 'file'"
            )
            .isEmpty
        }
        try workplace.write("[{\"targets\": [\"\(second.address)\"]}]", to: "targets.json")
        try eventually("the change is noticed", within: 20) {
            try !appliance.rows("select 1 from series where metric = 'second'").isEmpty
        }
        try eventually("the first is left alone") {
            let before = first.requests
            Thread.sleep(forTimeInterval: 1)
            return first.requests == before
        }
    }

    static func expectNothingTwice(_ file: String) throws {
        let twice = try query(
            file, "select series_id, ts from samples group by series_id, ts having count(*) > 1 limit 5")
        #expect(twice.isEmpty, "\(twice)")
    }
}
