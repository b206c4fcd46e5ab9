import Foundation
import Model
import Testing

@testable import Exposition

private let promtoolPath = "/usr/bin/promtool"
private let promtoolIsInstalled = FileManager.default.isExecutableFile(atPath: promtoolPath)

/// The check and the real `promtool check metrics` on the same documents.
@Suite("promtool's verdict")
struct PromtoolTests {
    /// What promtool prints, one problem a line, and its exit status: 0 fine, 1 cannot be read, 3 problems found.
    private func promtool(_ text: String) throws -> (lines: Set<String>, status: Int32) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: promtoolPath)
        process.arguments = ["check", "metrics"]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        let printed = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let lines = String(decoding: printed, as: UTF8.self).split(separator: "\n").map(String.init)
        return (Set(lines), process.terminationStatus)
    }

    private func check(_ text: String) -> [ExpositionProblem] {
        PaddedBytes.lend(Array(text.utf8)) { checkExposition($0, format: .text) }
    }

    @Test(
        "on manners is ours",
        .enabled(if: promtoolIsInstalled, "skipped: promtool is not installed (Debian: prometheus)"),
        arguments: [
            "# HELP a_total Help.\n# TYPE a_total counter\na_total 1\n",
            "a 1\n", "# TYPE a counter\na 1\n", "# HELP a Help.\n# TYPE a gauge\na_b 1\n",
            "# HELP a_total x\n# TYPE a_total gauge\na_total 1\n",
            "# HELP a_milliseconds x\n# TYPE a_milliseconds gauge\na_milliseconds 1\n",
            "# HELP a_ms x\n# TYPE a_ms gauge\na_ms 1\n",
            "# HELP a_minutes_total x\n# TYPE a_minutes_total counter\na_minutes_total 1\n",
            "# HELP aB x\n# TYPE aB gauge\naB{cD=\"e\"} 1\n", "# HELP a:b x\n# TYPE a:b gauge\na:b 1\n",
            "# HELP a_gauge x\n# TYPE a_gauge gauge\na_gauge 1\n",
            "# HELP a_counter_b_total x\n# TYPE a_counter_b_total counter\na_counter_b_total 1\n",
            "# HELP a_bucket x\n# TYPE a_bucket gauge\na_bucket{le=\"1\",quantile=\"2\"} 1\n",
            "# HELP a_count x\n# TYPE a_count gauge\na_count 1\n",
            "# HELP a_sum x\n# TYPE a_sum counter\na_sum 1\n",
            "# HELP a_s_b x\n# TYPE a_s_b untyped\na_s_b{le=\"1\"} 1\n",
            """
            # HELP a_seconds x
            # TYPE a_seconds histogram
            a_seconds_bucket{le="1"} 1
            a_seconds_bucket{le="+Inf"} 2
            a_seconds_sum 3
            a_seconds_count 2
            # HELP b_seconds x
            # TYPE b_seconds summary
            b_seconds{quantile="0.5"} 1
            b_seconds_sum 3
            b_seconds_count 2

            """,
            // The family goes on after another one: promtool lets it pass.
            "# HELP a_total x\n# TYPE a_total counter\na_total{b=\"1\"} 1\n# HELP c x\n# TYPE c gauge\nc 1\n",
            "# HELP a x\n# EOF\n", "", "\n\n# comment\n",
        ])
    func manners(text: String) throws {
        let theirs = try promtool(text)
        let ours = check(text)
        #expect(theirs.status == (ours.isEmpty ? 0 : 3), "\(theirs)")
        #expect(Set(ours.map { "\($0.family ?? "") \($0.message)" }) == theirs.lines)
    }

    @Test(
        "on what cannot be read is ours",
        .enabled(if: promtoolIsInstalled, "skipped: promtool is not installed (Debian: prometheus)"),
        arguments: [
            "a", "a 1", "a b\n", "9a 1\n", "a{b='c'} 1\n", "a{b=\"c\",b=\"d\"} 1\n", "a{b} 1\n", "a{b=\"c\"\n",
            "a{b=\"c\\d\"} 1\n", "a{b=\"c\nd\"} 1\n",
            "a{__name__=\"b\"} 1\n", "a{b=\"c\"d=\"e\"} 1\n", "a{b=\"c\",,d=\"e\"} 1\n", "a 1 2 3\n", "a 1 1.5\n",
            "a 1 z\n", "a 1_0\n", "a 0x1p3\n",
            "# TYPE a foo\n", "# TYPE a gauge\n# TYPE a gauge\na 1\n", "# HELP a x\n# HELP a y\na 1\n",
            "a 1\n# TYPE a gauge\n", "# HELP a \\x\n",
            "# HELP a-b c\n", "# TYPE a histogram\na_bucket{le=\"x\"} 1\n", "# TYPE a summary\na{quantile=\"x\"} 1\n",
            "a 1\r\n", "{b=\"c\"} 1\n",
        ])
    func unreadable(text: String) throws {
        #expect(try promtool(text).status == 1)
        let ours = check(text)
        #expect(ours.contains { $0.severity == .error }, "\(ours)")
    }
}
