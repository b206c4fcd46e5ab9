import Foundation
import Testing

/// The rule files and their tests under `RuleFiles/`, checked and run by `promtool` and by the binary: both have to agree on each.
@Suite(
    .enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)),
    .enabled(if: Surroundings.hasPeers, Comment(rawValue: Surroundings.noPeers)))
struct RuleFilesTests {
    /// Files on which Debian's promtool (2.42) is of another opinion than Prometheus 3, which we follow; and why.
    static let newInPrometheus3 = [
        "annotation-with-dash.rules.yml": "names of annotations may be any text",
        "fuzzy.test.yml": "`fuzzy_compare` is new",
        "group-labels.rules.yml": "`labels` of a group are new",
        "group-labels.test.yml": "`labels` of a group are new",
        "label-with-dash.rules.yml": "names of labels may be any text",
        "left-open.test.yml": "ranges do not hold the sample at their beginning",
        "metric-with-space.rules.yml": "names of metrics may be any text",
        "query-offset.rules.yml": "`query_offset` is new",
        "query-offset.test.yml": "`query_offset` is new",
        "start.test.yml": "`start_timestamp` is new",
    ]

    /// Files that Prometheus takes and we refuse; and why.
    static let refused = [
        "two-documents.rules.yml":
            "Prometheus reads the first document and drops the others: rules would be missing in silence"
    ]

    static let folder = Surroundings.root + "/Tests/EndToEndTests/RuleFiles"
    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()

    @Test func thereAreEnoughOfEach() {
        #expect(Self.names.count { $0.hasSuffix(".rules.yml") } >= 25)
        #expect(Self.names.count { $0.hasSuffix(".test.yml") } >= 25)
        for name in [Self.newInPrometheus3, Self.refused].flatMap(\.keys) {
            #expect(Self.names.contains(name), "\(name) is in a list and does not exist")
        }
    }

    @Test(arguments: names) func bothAgree(name: String) throws {
        let workplace = try Workplace()
        let arguments = [name.hasSuffix(".test.yml") ? "test" : "check", "rules", Self.folder + "/" + name]
        let theirs = try run(Surroundings.peers + "/promtool", arguments, in: workplace)
        let ours = try run(Surroundings.binary, arguments, in: workplace)
        let said = Comment(
            rawValue: "promtool: \(theirs.output)\(theirs.errors)\nvedette: \(ours.output)\(ours.errors)")
        // Whatever is wrong is said, with its place.
        if ours.ending != .exit(0) {
            #expect(ours.ending == .exit(1), said)
            #expect((ours.output + ours.errors).contains(/\.yml:[0-9]+:[0-9]+/), said)
        }
        if Self.newInPrometheus3[name] != nil {
            #expect(theirs.ending == .exit(1) && ours.ending == .exit(0), said)
        } else if Self.refused[name] != nil {
            #expect(theirs.ending == .exit(0) && ours.ending == .exit(1), said)
        } else {
            #expect(theirs.ending == ours.ending, said)
        }
    }

    @Test func severalFilesAreOneVerdict() throws {
        let workplace = try Workplace()
        let good = Self.folder + "/recording"
        let bad = Self.folder + "/unknown-key"
        #expect(
            try vedette("check", "rules", good + ".rules.yml", good + ".rules.yml", in: workplace).ending == .exit(0))
        let both = try vedette("check", "rules", bad + ".rules.yml", good + ".rules.yml", in: workplace)
        #expect(both.ending == .exit(1))
        #expect(both.output.contains("recording.rules.yml is valid: 3 rules in 1 group"))
        #expect(both.errors.contains("unknown-key.rules.yml:1:49"))
        let gone = try vedette("check", "rules", workplace.file("gone.yml"), in: workplace)
        #expect(gone.ending == .exit(1) && gone.errors.contains("cannot read"))
        #expect(try vedette("check", "rules", in: workplace).ending == .exit(2))
    }

    @Test func testsAreChosenByTheirNames() throws {
        let workplace = try Workplace()
        try workplace.write(
            """
            tests:
              - name: right
                promql_expr_test: [{expr: '1', exp_samples: [{value: 1}]}]
              - name: wrong
                promql_expr_test: [{expr: '1', exp_samples: [{value: 2}]}]
            """, to: "some.test.yml")
        for (pattern, ending) in [("right", Int32(0)), ("wr.ng", 1), ("^r", 0), ("o", 1), ("none", 0)] {
            let outcome = try vedette("test", "rules", "--run", pattern, "some.test.yml", in: workplace)
            #expect(outcome.ending == .exit(ending), "\(pattern): \(outcome.output)\(outcome.errors)")
        }
        #expect(try vedette("test", "rules", "--run", "(", "some.test.yml", in: workplace).ending == .exit(1))
    }
}
