import Testing

@testable import Vedette

@Suite struct CheckMetricsTests {
    /// Exit codes as those of promtool.
    @Test(
        arguments: [
            ("", 0),
            ("# HELP a_total A.\n# TYPE a_total counter\na_total 1\n", 0),
            ("# HELP a A.\n# TYPE a gauge\na 1\n", 0),
            ("# TYPE a gauge\na 1\n", 3),
            ("# HELP a A.\n# TYPE a counter\na 1\n", 3),
            ("a{ 1\n", 1),
            ("# TYPE a gauge\na 1\nb{ 2\n", 1),
            ("# HELP a A.\n# TYPE a gauge\na 1\n# EOF\n", 0),
            ("# HELP a A.\n# TYPE a gauge\na 1\n# EOF", 0),
            ("# EOF\n", 0),
            ("# HELP a A.\n# TYPE a gauge\na 1 \n# EOF\n", 1),
        ] as [(String, Int32)])
    func codes(text: String, code: Int32) {
        let verdict = judgeMetrics(Array(text.utf8))
        #expect(verdict.code == code, "\(verdict.problems)")
        #expect(verdict.problems.isEmpty == (code == 0))
    }
}
