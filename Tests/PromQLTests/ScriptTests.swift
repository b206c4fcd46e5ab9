import Foundation
import PromQLScripts
import Testing

@Suite("Test scripts")
struct PromQLScriptTests {
    /// Beside a checkout, where the scripts of Prometheus may have been laid.
    static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../../shared/promqltest"
    )
    .standardizedFileURL

    static var names: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.filter { $0.hasSuffix(".test") }.sorted()
    }

    @Test("of Prometheus pass", .enabled(if: !names.isEmpty, "there is no folder \(directory.path)"), arguments: names)
    func pass(name: String) throws {
        let script = try Script(String(contentsOf: Self.directory.appending(path: name), encoding: .utf8))
        let outcome = ScriptRunner.run(script)
        #expect(outcome.failures.isEmpty, "\(outcome.failures.map { "\(name):\($0)" }.joined(separator: "\n"))")
        #expect(outcome.passed == script.evaluationCount && outcome.passed > 0)
    }

    static let data = "load 1m\n  a{x=\"1\"} 0+1x10\n  a{x=\"2\"} 5 NaN _ stale\n\n"

    @Test(
        "pass when all is as expected",
        arguments: [
            "eval instant at 1m a\n  a{x=\"1\"} 1\n  a{x=\"2\"} NaN",
            "eval instant at 60 1 + 1\n  2",
            "eval range from 0 to 3m step 1m a{x=\"2\"}\n  a{x=\"2\"} 5 NaN NaN _",
            "eval instant at 0 nothing",
            "eval instant at 0 \"x\"\n  expect string \"x\"",
            "eval_ordered instant at 0 sort_desc(a)\n  a{x=\"2\"} 5\n  a{x=\"1\"} 0",
            "eval_fail instant at 0 a +",
            "eval instant at 0 sum(a) + on() a\n  expect fail regex: found duplicate series.*",
            "eval instant at 0 quantile(2, a)\n  expect warn\n  {} Inf",
            "eval instant at 5m rate(a{x=\"1\"}[2m])\n  expect info\n  {x=\"1\"} 0.016666666666666666",
        ])
    func passes(commands: String) throws {
        let outcome = ScriptRunner.run(try Script(Self.data + commands))
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        #expect(outcome.passed == 1)
    }

    @Test(
        "fail when anything is not",
        arguments: [
            ("eval instant at 1m a\n  a{x=\"1\"} 1.1\n  a{x=\"2\"} NaN", "got 1.0, wanted 1.1"),
            ("eval instant at 1m a\n  a{x=\"1\"} 1", "extra series a{x=\"2\"}"),
            ("eval instant at 1m a\n  a{x=\"1\"} 1\n  a{x=\"2\"} NaN\n  a{x=\"3\"} 1", "missing series a{x=\"3\"}"),
            ("eval instant at 1m 1\n  2", "wanted 2"),
            ("eval instant at 1m 1\n  {} 1", "another type"),
            ("eval range from 0 to 1m step 1m a{x=\"1\"}\n  a{x=\"1\"} 0 _", "got 0.0@0 1.0@60000"),
            ("eval range from 0 to 1m step 1m a{x=\"1\"}\n  a{x=\"1\"} 0", "got 0.0@0 1.0@60000"),
            ("eval range from 0 to 1m step 1m a{x=\"1\"}", "extra series"),
            ("eval instant at 0 \"x\"\n  expect string \"y\"", "wanted \"y\""),
            ("eval_ordered instant at 0 sort(a)\n  a{x=\"2\"} 5\n  a{x=\"1\"} 0", "at place 1"),
            ("eval instant at 0 a\n  expect fail", "did not fail"),
            ("eval instant at 0 a +\n  expect fail msg: other", "unexpected fail"),
            ("eval instant at 0 a +", "failed: "),
            ("eval instant at 0 sum(a)\n  expect warn\n  {} 5", "no warn"),
            ("eval instant at 0 quantile(2, a)\n  expect no_warn\n  {} Inf", "unexpected warning"),
            ("eval instant at 0 quantile(2, a)\n  expect warn msg: other\n  {} Inf", "unexpected warn"),
            ("eval instant at 0 sum(a)\n  expect info\n  {} 5", "no info"),
            (
                "eval instant at 5m rate(a{x=\"1\"}[2m])\n  expect no_info\n  {x=\"1\"} 0.016666666666666666",
                "unexpected info"
            ),
        ])
    func fails(commands: String, reason: String) throws {
        let outcome = ScriptRunner.run(try Script(Self.data + commands))
        #expect(outcome.passed == 0)
        #expect(outcome.failures.first?.reason.contains(reason) == true, "\(outcome.failures)")
    }

    @Test(
        "that cannot be read say where",
        arguments: [
            ("load\n", "line 1"), ("\nevaluate instant at 0 a", "line 2"), ("load 1m\n  a 1 b\n", "line 2"),
            ("load 1m\n  a{ 1\n", "line 2"), ("eval instant at x a", "line 1"), ("eval range from 0 to 1m a", "line 1"),
            ("eval instant at 0 a\n  expect nothing", "line 2"), ("what", "line 1"),
        ])
    func unreadable(text: String, place: String) {
        #expect { try Script(text) } throws: { "\($0)".contains(place) }
    }
}
