import Foundation
import Testing

/// Samples of the past on their way in and out: exact, resumable, and as promtool reads them.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)))
struct ImportExportTests {
    /// Everything that a file can say: types, units, escapes, special values, a histogram, times with milliseconds.
    static let text = """
        # HELP h_seconds Says "hi" \\\\ with a\\nline.
        # TYPE h_seconds histogram
        # UNIT h_seconds seconds
        h_seconds_bucket{instance="b:1",job="x",le="1"} 3 1700000000
        h_seconds_bucket{instance="b:1",job="x",le="1"} 4 1700000015.5
        h_seconds_bucket{instance="b:1",job="x",le="+Inf"} 5 1700000000
        h_seconds_count{instance="b:1",job="x"} 5 1700000000
        h_seconds_sum{instance="b:1",job="x"} 0.30000000000000004 1700000000
        # HELP requests Requests.
        # TYPE requests counter
        requests_total{instance="a:1",job="x",path="/a\\"b\\\\c\\nd"} 12345678901 1699999990.007
        requests_total{instance="a:1",job="x",path="ü"} 1e-9 1699999990
        # TYPE special gauge
        special NaN 1
        special +Inf 2
        special -Inf 3
        special -0 4
        special 1.7976931348623157e+308 5
        special 5e-324 6
        special 9007199254740993 7
        without_type{a="b"} 1 1700007200
        # EOF

        """

    @Test func exportImportExportIsTheSame() throws {
        let workplace = try Workplace()
        let first = workplace.file("first.db")
        let second = workplace.file("second.db")
        let imported = try vedette("import", "-", "--data", first, in: workplace, input: Self.text)
        #expect(imported.ending == .exit(0), "\(imported.errors)")
        #expect(imported.output == "standard input: 15 samples imported\n")
        let out = try vedette("export", "--data", first, "--out", "one.om", in: workplace)
        #expect(out.ending == .exit(0), "\(out.errors)")
        let again = try vedette("import", "one.om", "--data", second, in: workplace)
        #expect(again.ending == .exit(0), "\(again.errors)")
        let exported = try vedette("export", "--data", second, in: workplace)
        let one = try String(contentsOfFile: workplace.file("one.om"), encoding: .utf8)
        #expect(exported.output == one)
        for line in [
            "# TYPE h_seconds histogram", "# UNIT h_seconds seconds",
            "# HELP h_seconds Says \\\"hi\\\" \\\\ with a\\nline.", "# TYPE requests counter", "special 5e-324 6",
            "requests_total{instance=\"a:1\",job=\"x\",path=\"/a\\\"b\\\\c\\nd\"} 1.2345678901e+10 1699999990.007",
            "h_seconds_bucket{instance=\"b:1\",job=\"x\",le=\"1\"} 4 1700000015.5",
        ] { #expect(one.split(separator: "\n").contains(Substring(line)), "\(line) in \(one)") }
        #expect(one.hasSuffix("# EOF\n"))
        // To the bit, as the stock shell sees both.
        #expect(try sampleLines(first) == sampleLines(second))
        #expect(try sampleLines(first).count == 15)
    }

    @Test(.enabled(if: Surroundings.hasPeers, Comment(rawValue: Surroundings.noPeers)))
    func promtoolReadsWhatIsExported() throws {
        let workplace = try Workplace()
        let data = workplace.file("a.db")
        let history = try history(series: 40, samples: 50, bySeries: true, in: workplace)
        #expect(try vedette("import", history, "--data", data, in: workplace).ending == .exit(0))
        #expect(try vedette("export", "--data", data, "--out", "out.om", in: workplace).ending == .exit(0))
        let promtool = Surroundings.peers + "/promtool"
        let made = try run(
            promtool, ["tsdb", "create-blocks-from", "openmetrics", "out.om", "blocks"], in: workplace)
        #expect(made.ending == .exit(0), "\(made.errors)")
        // It wants the log of a running server beside the blocks.
        try FileManager.default.createDirectory(atPath: workplace.file("blocks/wal"), withIntermediateDirectories: true)
        let dumped = try run(promtool, ["tsdb", "dump", "blocks"], in: workplace)
        #expect(dumped.ending == .exit(0), "\(dumped.errors)")
        var theirs: Set<String> = []
        for line in dumped.output.split(separator: "\n") {
            // {__name__="m", index="1", …} VALUE MILLISECONDS
            guard let brace = line.lastIndex(of: "}") else { continue }
            let index = line.components(separatedBy: "index=\"").last?.prefix { $0 != "\"" } ?? ""
            let fields = line[brace...].split(separator: " ")
            guard fields.count == 3, let value = Double(fields[1]) else { continue }
            theirs.insert("\(index) \(fields[2]) \(value)")
        }
        var ours: Set<String> = []
        for row in try query(data, "select labels ->> 'index', ts, format('%!.17g', value) from samples") {
            guard row.count == 3, let value = Double(row[2]) else { throw Failure("a row of another form: \(row)") }
            ours.insert("\(row[0]) \(row[1]) \(value)")
        }
        #expect(ours.count == 2000)
        #expect(theirs == ours)
    }

    /// A kill -9 in the middle, and again, until it is through: the same samples as without.
    @Test(arguments: [true, false]) func aKilledImportGoesOn(bySeries: Bool) throws {
        let workplace = try Workplace()
        let file = try history(series: 3000, samples: 1500, bySeries: bySeries, in: workplace)
        let whole = workplace.file("whole.db")
        let done = try vedette("import", file, "--data", whole, in: workplace)
        #expect(done.output == "\(file): 4,500,000 samples imported\n")
        let killed = workplace.file("killed.db")
        let program = try Program(Surroundings.binary, ["import", file, "--data", killed], in: workplace)
        try eventually("something is committed") {
            if let ending = program.check() { throw Hopeless(description: "it ended: \(ending) \(program.errors)") }
            return try FileManager.default.fileExists(atPath: killed)
                && queryOne(killed, "select count(*) from imports") == "1"
        }
        program.send(SIGKILL)
        #expect(try program.wait(within: 10) == .signal(SIGKILL))
        let again = try vedette("import", file, "--data", killed, in: workplace)
        #expect(again.ending == .exit(0), "\(again.errors)")
        #expect(again.errors.contains("going on with \(file) at line "), "\(again.errors)")
        #expect(again.output == "\(file): 4,500,000 samples imported\n")
        for sql in [
            "select count(*), count(distinct series_id) from samples where metric = 'm1'",
            "select labels, sum(ts % 1000003), sum(value) from samples where metric = 'm1' group by labels order by labels",
            "select count(*) from imports",
        ] { #expect(try query(killed, sql) == query(whole, sql)) }
        let exports = try [whole, killed].map { data in
            let out = data + ".om"
            #expect(try vedette("export", "--data", data, "--out", out, in: workplace).ending == .exit(0))
            return try Data(contentsOf: URL(fileURLWithPath: out))
        }
        #expect(exports[0] == exports[1])
        #expect(exports[0].count > 4_500_000)
    }

    @Test func anInterruptedImportGoesOn() throws {
        let workplace = try Workplace()
        let file = try history(series: 2000, samples: 1500, bySeries: false, in: workplace)
        let data = workplace.file("a.db")
        let program = try Program(Surroundings.binary, ["import", file, "--data", data], in: workplace)
        // Once the file is there the signals are heeded.
        try eventually("the store is open") { FileManager.default.fileExists(atPath: data + "-wal") }
        program.send(SIGINT)
        #expect(try program.wait(within: 20) == .exit(130))
        #expect(program.errors.contains("interrupted: "), "\(program.errors)")
        let again = try vedette("import", file, "--data", data, in: workplace)
        #expect(again.ending == .exit(0), "\(again.errors)")
        #expect(try queryOne(data, "select count(*) from samples") == "3000000")
    }

    /// It waits for more on a pipe, and ends all the same.
    @Test func anImportThatWaitsCanBeInterrupted() throws {
        let workplace = try Workplace()
        let pipe = workplace.file("pipe")
        guard mkfifo(pipe, 0o600) == 0 else { throw Failure("cannot make \(pipe)") }
        let data = workplace.file("a.db")
        let descriptor = open(pipe, O_RDWR | O_CLOEXEC)
        defer { close(descriptor) }
        let program = try Program(Surroundings.binary, ["import", pipe, "--data", data], in: workplace)
        try eventually("the store is open") { FileManager.default.fileExists(atPath: data + "-wal") }
        program.send(SIGINT)
        #expect(try program.wait(within: 20) == .exit(130))
    }

    @Test func theSameFileAgainAddsNothing() throws {
        let workplace = try Workplace()
        let file = try history(series: 300, samples: 100, bySeries: true, in: workplace)
        for output in ["30,000 samples imported", "0 samples imported, 30,000 were there already"] {
            let done = try vedette("import", file, "--data", "a.db", in: workplace)
            #expect(done.output == "\(file): \(output)\n")
        }
        #expect(try queryOne(workplace.file("a.db"), "select count(*) from samples") == "30000")
    }

    /// Bad lines: the text, what is said, and how many samples are kept without and with --skip-errors.
    static let bad: [(text: String, words: String, kept: String, skipping: String)] = [
        ("a 1 1\nb{x=\"1} 2 1\nc 3 1\n# EOF\n", ":2:5", "1", "2"),
        ("a 1 1\nb 2\nc 3 1\n# EOF\n", "no timestamp (bad.om:2:4)", "1", "2"),
        ("a 1 1\nü 2 1\nc 3 1\n# EOF\n", ":2:1", "1", "2"),
        ("a 1 1\nb 2 99999999999\nc 3 1\n# EOF\n", "before 1970 or after 2039 (bad.om:2:5)", "1", "2"),
        ("a 1 1\nb 2 -1\nc 3 1\n# EOF\n", "before 1970 or after 2039 (bad.om:2:5)", "1", "2"),
        ("a 1 1\nb{l=\"1\",l=\"2\"} 2 1\nc 3 1\n# EOF\n", "given twice (bad.om:2:1)", "1", "2"),
    ]

    @Test(arguments: bad) func badLinesAreNamed(text: String, words: String, kept: String, skipping: String) throws {
        let workplace = try Workplace()
        try workplace.write(text, to: "bad.om")
        let strict = try vedette("import", "bad.om", "--data", "a.db", in: workplace)
        #expect(strict.ending == .exit(1))
        #expect(strict.errors.contains(words), "\(strict.errors)")
        #expect(try queryOne(workplace.file("a.db"), "select count(*) from samples") == kept)
        let lenient = try vedette("import", "bad.om", "--skip-errors", "--data", "b.db", in: workplace)
        #expect(lenient.ending == .exit(0), "\(lenient.errors)")
        #expect(lenient.errors.contains(words), "\(lenient.errors)")
        #expect(lenient.output == "bad.om: \(skipping) samples imported, 1 line left out\n")
        #expect(try queryOne(workplace.file("b.db"), "select count(*) from samples") == skipping)
    }

    @Test func aTextWithoutItsEndIsKeptAndSaid() throws {
        let workplace = try Workplace()
        let done = try vedette("import", "--data", "a.db", in: workplace, input: "a 1 1\nb 2 1\n")
        #expect(done.ending == .exit(1))
        #expect(done.errors.contains("no \"# EOF\" at the end (standard input:3:1)"), "\(done.errors)")
        #expect(try queryOne(workplace.file("a.db"), "select count(*) from samples") == "2")
    }

    @Test func theTextFormatHasMilliseconds() throws {
        let workplace = try Workplace()
        let text =
            "# a comment\n\n# TYPE a_total counter\na_total{x=\"y\"} 1 1700000000123\n a_total{x=\"y\"}\t2 1700000000124"
        let done = try vedette("import", "--format", "text", "--data", "a.db", in: workplace, input: text)
        #expect(done.ending == .exit(0), "\(done.errors)")
        #expect(
            try query(workplace.file("a.db"), "select ts, value from samples order by 1")
                == [["1700000000123", "1.0"], ["1700000000124", "2.0"]])
        let wrong = try vedette("import", "--format", "csv", in: workplace, input: "")
        #expect(wrong.ending == .exit(2))
    }

    /// A store in use: an export works, an import says so; what is scraped is in the export.
    @Test func besideARunningAppliance() throws {
        let workplace = try Workplace()
        // It ends after some scrapes, and leaves a stale marker behind.
        let exporter = try Exporter { Reply($0 < 10 ? "# TYPE request gauge\nrequest \($0)\n" : "other \($0)\n") }
        defer { exporter.stop() }
        let appliance = try Appliance(in: workplace, configuration: scraping([("test", exporter)]))
        let exported = try eventually("an export has a scraped sample") {
            let done = try vedette("export", "--data", appliance.data, "--match", "request", in: workplace)
            return done.output.contains("request{instance=") ? done.output : nil
        }
        #expect(exported.hasPrefix("# TYPE request gauge\n"))
        #expect(exported.hasSuffix("# EOF\n"))
        let refused = try vedette("import", "--data", appliance.data, in: workplace, input: "a 1 1\n# EOF\n")
        #expect(refused.ending == .exit(1))
        #expect(refused.errors.contains("another vedette is using it"), "\(refused.errors)")
        try eventually("the series has ended") {
            try vedette("export", "--data", appliance.data, "--match", "other", in: workplace).output.contains("other{")
        }
        #expect(try appliance.stop() == .exit(0))
        // Stale markers have no words in OpenMetrics.
        let all = try vedette("export", "--data", appliance.data, in: workplace)
        let lines = all.output.split(separator: "\n").count { !$0.hasPrefix("#") }
        #expect(try queryOne(appliance.data, "select count(*) from samples") == "\(lines)")
    }

    /// A file of metrics m0 to m9, half of the times with milliseconds that a double of seconds holds exactly. (A program
    /// writes it: millions of lines take too long in a test that is not optimised.)
    private func history(series: Int, samples: Int, bySeries: Bool, in workplace: Workplace) throws -> String {
        let program = """
            function line(index_, step) {
                printf "m%d{index=\\"%d\\",instance=\\"i%d\\"} %d%s %.0f%s\\n", index_ % 10, index_, index_ % 20,
                    index_ * 7 + step * step % 1013, step % 3 ? "" : ".25", 1700000000 + step * 15, step % 2 ? ".5" : ""
            }
            BEGIN {
                outer = by_series ? series : samples
                inner = by_series ? samples : series
                for (i = 0; i < outer; i++) for (j = 0; j < inner; j++) if (by_series) line(i, j); else line(j, i)
                print "# EOF"
            }
            """
        let variables = ["series=\(series)", "samples=\(samples)", "by_series=\(bySeries ? 1 : 0)"].flatMap {
            ["-v", $0]
        }
        let name = workplace.file("history.om")
        let done = try run(
            "/bin/sh", ["-c", "exec awk \"$@\" > '\(name)'", "awk"] + variables + [program], in: workplace)
        guard done.ending == .exit(0) else { throw Failure("awk: \(done.errors)") }
        return name
    }

    /// All samples, to the bit.
    private func sampleLines(_ file: String) throws -> [[String]] {
        try query(
            file,
            "select metric, labels, ts, hex(ieee754_to_blob(value)) from samples order by metric, labels, ts")
    }
}
