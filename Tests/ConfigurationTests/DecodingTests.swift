import Model
import Testing

@testable import Configuration

@Suite struct DecodingTests {
    /// Each text under the key `x`, what it is read as, and what is said when it cannot be.
    @Test(arguments: [
        ("true", "true"), ("yes", "true"), ("On", "true"), ("n", "false"), ("OFF", "false"), ("~", "nil"), ("", "nil"),
        ("tRUE", "line 1, column 4: expected true or false, found `tRUE`"),
        ("1", "line 1, column 4: expected true or false, found `1`"),
        ("'true'", "line 1, column 4: expected true or false, found the text \"true\": take away the quotes"),
        ("[]", "line 1, column 4: expected true or false, found a list"), ("\"${YES}\"", "true"),
    ]) func truthValues(_ text: String, _ expected: String) {
        let result = decoded("x: \(text)", environment: ["YES": "yes"]) { $0.bool("x").map(String.init) ?? "nil" }
        #expect(result.value ?? result.problems.joined() == expected)
    }

    @Test(arguments: [
        ("5", "5"), ("-5", "line 1, column 4: expected a whole number from 0 to 4096, found -5"), ("1_000", "1000"),
        ("0x1F", "31"), ("0o17", "15"), ("0b101", "5"), ("1e3", "1000"), ("+7", "7"), ("4096", "4096"),
        ("4097", "line 1, column 4: expected a whole number from 0 to 4096, found 4097"),
        ("1.5", "line 1, column 4: expected a whole number, found `1.5`"),
        ("--5", "line 1, column 4: expected a whole number, found `--5`"),
        ("99999999999999999999", "line 1, column 4: expected a whole number, found `99999999999999999999`"),
        ("1e400", "line 1, column 4: expected a whole number, found `1e400`"),
        ("_1", "line 1, column 4: expected a whole number, found `_1`"),
        ("\"5\"", "line 1, column 4: expected a whole number, found the text \"5\": take away the quotes"),
        ("${N}", "12"),
    ]) func wholeNumbers(_ text: String, _ expected: String) {
        let result = decoded("x: \(text)", environment: ["N": "12"]) {
            $0.integer("x", in: 0...4096).map(String.init) ?? "nil"
        }
        #expect(result.value ?? result.problems.joined() == expected)
    }

    @Test(arguments: [
        ("1.5", "1.5"), ("-2e3", "-2000.0"), (".inf", "inf"), ("-.INF", "-inf"), (".nan", "nan"), ("0x1p4", "16.0"),
        ("abc", "line 1, column 4: expected a number, found `abc`"),
    ]) func numbers(_ text: String, _ expected: String) {
        let result = decoded("x: \(text)") { $0.number("x").map { "\($0)" } ?? "nil" }
        #expect(result.value ?? result.problems.joined() == expected)
    }

    @Test(arguments: [
        ("1m30s", "90000"), ("0", "0"), ("\"5s\"", "5000"),
        ("15", "line 1, column 4: cannot read duration \"15\": expected a form like 15s, 1h30m or 500ms"),
        ("''", "line 1, column 4: cannot read duration: it is empty"),
        ("[1s]", "line 1, column 4: expected a text, found a list"),
    ]) func durations(_ text: String, _ expected: String) {
        let result = decoded("x: \(text)") { $0.duration("x").map(String.init) ?? "nil" }
        #expect(result.value ?? result.problems.joined() == expected)
    }

    /// As promtool 2.42 judges them, but for negative ones.
    @Test(
        arguments: [
            ("512MB", 512 << 20), ("512MiB", 512 << 20), ("1.5GB", 3 << 29), ("0", 0), ("10B", 10), ("1KiB", 1024),
            ("1KB", 1024),
            ("1GiB512MiB", 3 << 29), ("2TB", 2 << 40), ("1EB", 1 << 60), (".5KB", 512), ("10", nil), ("1gb", nil),
            ("1M", nil), ("", nil),
            ("MB", nil), ("1.2.3MB", nil), ("-1GB", nil), ("8EB", nil), ("1 GB", nil), ("1e3MB", nil),
        ] as [(String, Int64?)]) func sizes(_ text: String, _ expected: Int64?)
    {
        #expect((try? parseSize(text)) == expected)
    }

    @Test func listsMapsAndLabels() {
        let result = decoded("l: [a, 5, true]\nm: {b: c, d: 5, e: }\nn:\n") { fields in
            "\(fields.strings("l") ?? []) \((fields.labels("m") ?? []).map { "\($0.name)=\($0.value)" }) \(fields.strings("n") ?? [])"
        }
        #expect(result.value == #"["a", "5", "true"] ["b=c", "d=5", "e="] []"#)
        let wrong = decoded("l: a\nm: [b]\nn: [[c], ~]") { fields in
            _ = (fields.strings("l"), fields.labels("m"), fields.strings("n"))
        }
        #expect(
            wrong.problems == [
                "line 1, column 4: expected a list, found `a`", "line 2, column 4: expected a map, found a list",
                "line 3, column 5: expected a text, found a list", "line 3, column 10: expected a text, found nothing",
            ])
    }

    @Test func unknownKeysAreErrorsWithASuggestion() {
        let result = decoded("scrape_intervall: 1s\nwhatever: 2\nplanned: 3\nrule_flies: 4") { fields in
            _ = (fields.duration("scrape_interval"), fields.string("planed"))
        }
        #expect(
            result.problems == [
                "line 1, column 1: unknown key `scrape_intervall`, did you mean `scrape_interval`?",
                "line 2, column 1: unknown key `whatever`",
                "line 3, column 1: unknown key `planned`, did you mean `planed`?",
                "line 4, column 1: unknown key `rule_flies`, did you mean `rule_files`?",
            ])
    }

    @Test func keysOfPrometheusAreWarnings() {
        let result = decoded("alerting: {anything: [goes, here]}\nremote_write:\n- url: x") { _ in true }
        #expect(result.value == true)
        #expect(
            result.problems == [
                "warning line 1, column 1: `alerting` is not supported yet and has no effect",
                "warning line 2, column 1: `remote_write` is not supported yet and has no effect",
            ])
    }

    @Test func allProblemsComeTogetherSortedByPlace() {
        let result = decoded("c: x\nb: y\na: z\n") { fields in
            _ = (fields.integer("a"), fields.bool("c"))
        }
        #expect(
            result.problems
                == [
                    "line 1, column 4: expected true or false, found `x`", "line 2, column 1: unknown key `b`",
                    "line 3, column 4: expected a whole number, found `z`",
                ])
    }

    @Test func aFaultBehindAnAliasIsToldOnce() {
        let result = decoded("a: &x [q]\nb: *x") { fields in
            for key in ["a", "b"] { _ = fields.list(key) { fields.context.integer($0) } }
        }
        #expect(result.problems == ["line 1, column 8: expected a whole number, found `q`"])
    }

    @Test(
        arguments: [
            ("scrape_intervall", "scrape_interval"), ("intervl", "interval"), ("jbo_name", "job_name"), ("xyz", nil),
            ("", nil),
            ("interavl", "interval"), ("Interval", "interval"), ("jobname", "job_name"),
        ] as [(String, String?)]) func suggests(_ word: String, _ expected: String?)
    {
        #expect(suggestion(for: word, among: ["job_name", "interval", "scrape_interval"]) == expected)
    }
}

@Suite struct EnvironmentTests {
    @Test(arguments: [
        ("${HOST}:80", "h:80"), ("a${HOST}b${_P1}c", "ahb1c"), ("$HOST", "$HOST"), ("$1", "$1"), ("${1}", "${1}"),
        ("$${HOST}", "${HOST}"), ("$$${HOST}", "$${HOST}"), ("$$HOST", "$$HOST"), ("pa$$word", "pa$$word"),
        ("a.*$", "a.*$"), ("${", "${"),
        ("${}", "${}"), ("${A-B}", "${A-B}"), ("${1A}", "${1A}"), ("${HOST", "${HOST"), ("${NEST}", "${HOST}"),
        ("${EMPTY}", ""),
        ("${ HOST}", "${ HOST}"),
    ]) func expands(_ text: String, _ expected: String) {
        let environment = ["HOST": "h", "_P1": "1", "NEST": "${HOST}", "EMPTY": ""]
        let result = decoded("x: '\(text)'", environment: environment) { $0.string("x") }
        #expect(result.value == expected)
        #expect(result.problems == [])
    }

    @Test func anUnsetVariableIsAnErrorWithItsPlace() {
        let result = decoded("x:\n  - ok\n  - \"a ${NOPE} ${NOPE2}\"") { $0.strings("x") }
        #expect(
            result.problems == [
                "line 3, column 5: cannot use `${NOPE}`: the environment variable is not set (`$${NOPE}` stands for the text itself)",
                "line 3, column 5: cannot use `${NOPE2}`: the environment variable is not set (`$${NOPE2}` stands for the text itself)",
            ])
    }

    @Test func anUnsetVariableIsTheOnlyProblem() {
        let result = decoded("x: ${NOPE}\ny: ${NOPE}\nz: ${NOPE}") { fields in
            _ = (fields.duration("x"), fields.integer("y"), fields.required("z"))
        }
        #expect(result.problems.count == 3)
        #expect(result.problems.allSatisfy { $0.contains("cannot use `${NOPE}`") })
    }

    @Test func namesWithAnotherMeaningAreKept() throws {
        let context = DecodingContext(environment: ["a": "1", "b": "2"])
        let node = try readDocument(Array("${a} ${b} ${c}".utf8))
        #expect(context.string(node, keeping: { $0 != "b" }) == "${a} 2 ${c}")
        #expect(context.errors == [])
    }

    @Test func withoutAnEnvironmentNothingIsExpanded() throws {
        let context = DecodingContext()
        #expect(context.string(try readDocument(Array("${HOME} $${X}".utf8))) == "${HOME} $${X}")
    }
}
