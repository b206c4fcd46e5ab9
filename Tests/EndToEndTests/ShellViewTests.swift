import Foundation
import Testing

/// What the stock `sqlite3` shell reads from a live file: bit for bit what the exporter sent.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)))
struct ShellViewTests {
    /// Values as exporters write them, of every kind the file has a form for.
    static let texts = [
        "0", "1", "-1", "42", "0.1", "-0.1", "12.34", "99.99", "1234567.89", "0.000001", "1e-7", "3.0", "1.50",
        "0.30000000000000004", "0.1234567890123456", "0.12345678901234568", "123456.78901234567", "2.718281828459045",
        "1e3", "1E3", "1e+3", "1.5e-9", "6.02214076e23", "1e21", "1e22", "1e23", "1.7976931348623157e+308",
        "2.2250738585072014e-308", "5e-324", "4.9406564584124654e-324", "1e-320",
        "9007199254740991", "9007199254740992", "9007199254740993", "123456789012345678", "9223372036854775807",
        "-9223372036854775808", "18446744073709551615", "100000000000000000000", "1763706914.25",
        "NaN", "+Inf", "Inf", "-Inf", "-0", "-0.0", "0.0", "00012.5",
    ]

    static func bits(_ text: String) -> UInt64? {
        guard text != "NaN", let value = Double(text.replacing("Inf", with: "inf")) else { return nil }
        return value.bitPattern
    }

    /// Answers with every value as a series of its own that never changes, and with one series that goes through them all.
    static let script: Exporter.Script = { request in
        var body = "request \(request)\n"
        for (index, text) in texts.enumerated() { body += "still{case=\"\(index)\"} \(text)\n" }
        body += "moving \(texts[request % texts.count])\n"
        // Two whose kinds of value change with every scrape, as the file stores differences of neighbours.
        body += "jumping \(request % 2 == 0 ? "0.5" : "\(request)e15")\n"
        return Reply(body)
    }

    /// Holds every stored value against what was sent; `request` tells which answer a time belongs to.
    static func check(_ file: String, atLeast scrapes: Int) throws {
        var requests: [Int64: Int] = [:]
        for row in try query(file, "select ts, cast(value as integer) from samples where metric = 'request'") {
            let ts = try #require(Int64(row[0]))
            #expect(requests[ts] == nil, "a time twice")
            let request = try #require(Int(row[1]))
            requests[ts] = request
        }
        #expect(requests.count >= scrapes)

        for (index, text) in texts.enumerated() {
            let found = try sampleBits(
                file, where: "metric = 'still' and json_extract(labels, '$.case') = '\(index)'")
            let times = Set(found.map(\.ts))
            #expect(times.isSuperset(of: requests.keys), "samples of \(text) are missing")
            for sample in found where sample.bits != bits(text) {
                Issue.record("\(text) is stored as \(describe(sample.bits))")
                break
            }
        }
        var moving = 0
        for sample in try sampleBits(file, where: "metric = 'moving'") {
            guard let request = requests[sample.ts] else { continue }
            let text = texts[request % texts.count]
            moving += 1
            #expect(sample.bits == bits(text), "\(text) among others is stored as \(describe(sample.bits))")
        }
        #expect(moving >= scrapes)
        for sample in try sampleBits(file, where: "metric = 'jumping'") {
            guard let request = requests[sample.ts] else { continue }
            let text = request % 2 == 0 ? "0.5" : "\(request)e15"
            #expect(sample.bits == bits(text), "\(text) among others is stored as \(describe(sample.bits))")
        }
    }

    static func describe(_ bits: UInt64?) -> String {
        bits.map { "\(Double(bitPattern: $0)) (\(String($0, radix: 16)))" } ?? "NULL"
    }

    @Test func everyValueIsExactWhileItRunsAfterAStopAndWhenCompacted() throws {
        let workplace = try Workplace()
        let exporter = try Exporter(Self.script)
        defer { exporter.stop() }
        let appliance = try Appliance(in: workplace, configuration: scraping([("test", exporter)]))
        try eventually("every value had its turn", within: 60) { exporter.answered.count > Self.texts.count + 5 }

        // Live: what a scrape of a second ago brought is committed.
        try eventually("the first rounds are visible") {
            try appliance.rows("select count(*) from samples where metric = 'request'").first?.first.flatMap(Int.init)
                ?? 0 > Self.texts.count
        }
        try Self.check(appliance.data, atLeast: Self.texts.count)

        #expect(try appliance.stop() == .exit(0))
        try Self.check(appliance.data, atLeast: Self.texts.count)
        let before = try query(
            appliance.data, "select series_id, ts, hex(ieee754_to_blob(value)) from samples order by 1, 2")

        // Closed into chunks the values take another form, and must be the same.
        let compacted = try vedette("compact", "--data", appliance.data, in: workplace)
        #expect(compacted.ending == .exit(0), "\(compacted.errors)")
        try Self.check(appliance.data, atLeast: Self.texts.count)
        let after = try query(
            appliance.data, "select series_id, ts, hex(ieee754_to_blob(value)) from samples order by 1, 2")
        #expect(after == before)
    }

    @Test func theViewsHaveTheirColumns() throws {
        let workplace = try Workplace()
        let exporter = try Exporter(text: "a{path=\"C:\\\\x\",q=\"say \\\"hi\\\"\",zeile=\"ü\\n\"} 1\n")
        defer { exporter.stop() }
        let appliance = try Appliance(in: workplace, configuration: scraping([("test", exporter)]))
        try eventually("a sample") { try !appliance.rows("select 1 from samples where metric = 'a'").isEmpty }

        let labels = try appliance.rows(
            """
            select json_extract(labels, '$.path'), json_extract(labels, '$.q'), hex(json_extract(labels, '$.zeile')),
                json_extract(labels, '$.job'), json_extract(labels, '$.instance')
            from series where metric = 'a'
            """)
        #expect(labels == [["C:\\x", "say \"hi\"", "C3BC0A", "test", exporter.address]])

        // `time` is `ts` as text, in UTC with milliseconds.
        let times = try appliance.rows(
            """
            select time = strftime('%Y-%m-%dT%H:%M:%fZ', ts / 1000.0, 'unixepoch'), abs(ts / 1000 - unixepoch()) < 60
            from samples where metric = 'a' limit 1
            """)
        #expect(times == [["1", "1"]])

        let wanted = [
            "series": ["series_id", "metric", "labels"],
            "samples": ["series_id", "metric", "labels", "ts", "time", "value"],
            "scrape_targets": [
                "job", "instance", "url", "health", "last_scrape", "duration_seconds", "samples", "last_error",
            ],
        ]
        for (view, columns) in wanted {
            let names = try appliance.rows("select name from pragma_table_info('\(view)')").compactMap(\.first)
            for column in columns { #expect(names.contains(column), "\(view) has no column \(column)") }
        }
        #expect(try !appliance.rows("select * from schema_migrations").isEmpty)
    }

    /// A reader that never ends must not hold up the writer, nor make it fail.
    @Test func aLongReaderAndTheWriterDoNotMeet() throws {
        let workplace = try Workplace()
        let exporter = try Exporter { Reply("request \($0)\n") }
        defer { exporter.stop() }
        let appliance = try Appliance(in: workplace, configuration: scraping([("test", exporter)]))
        try eventually("a sample") { try !appliance.rows("select 1 from samples where metric = 'request'").isEmpty }

        let reader = try Program(
            "/usr/bin/sqlite3",
            [
                appliance.data,
                "begin; select count(*) from samples; with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n;",
            ], in: workplace)
        let newest = "select max(value) from samples where metric = 'request'"
        let start = try #require(Double(try appliance.rows(newest)[0][0]))
        try eventually("the writer goes on beside a reader") {
            try Double(appliance.rows(newest)[0][0]) ?? 0 > start + 10
        }
        #expect(reader.check() == nil, "the reader did not hold on: \(reader.errors)")
        reader.send(SIGKILL)
    }
}
