import Model
import Testing

@testable import Exposition

@Suite("The check of a whole exposition")
struct CheckExpositionTests {
    private func check(_ text: String, _ format: ExpositionFormat) -> [String] {
        PaddedBytes.lend(Array(text.utf8)) { checkExposition($0, format: format, file: "m").map(\.description) }
    }

    @Test(
        "says what is wrong, and where: text",
        arguments: [
            ("# HELP a x\na 1\na 2\n", ["m:3:1: error: a: the series stands here a second time"]),
            ("# HELP a x\na 1 5\na 2 6\n", []),
            ("# HELP a x\na{b=\"\"} 1\na 2\n", ["m:3:1: error: a: the series stands here a second time"]),
            (
                "# HELP a x\na 1\n# HELP b x\nb 1\na{c=\"d\"} 1\n",
                ["m:5:1: warning: a: its lines do not stand together"]
            ),
            ("a{b=\"c\",b=\"d\"} 1\n", ["m:1:1: error: cannot read series: label \"b\" is given twice"]),
            (
                "a 1\nb\n",
                [
                    "m:1:1: warning: a: no help text",
                    "m:2:2: error: cannot read exposition: expected a number as the value",
                ]
            ),
            (
                "# HELP a x\n# TYPE a histogram\na_bucket 1\n",
                ["m:3:1: error: a: label le has to be a number"]
            ),
        ] as [(String, [String])])
    func text(text: String, problems: [String]) {
        #expect(check(text, .text) == problems)
    }

    @Test(
        "says what is wrong, and where: OpenMetrics",
        arguments: [
            (
                "# TYPE a counter\n# HELP a x\na 1\n# EOF\n",
                "m:3:1: error: a: the name a already belongs to an earlier family"
            ),
            ("# TYPE a gauge\n# HELP a x\na 1\na 1\n# EOF\n", "m:4:1: error: a: the series stands here a second time"),
            (
                "# TYPE a histogram\n# HELP a x\na_bucket{le=\"1\"} 1\n# EOF\n",
                "m:1:1: error: a: the bucket le=\"+Inf\" is missing"
            ),
            ("# TYPE a summary\n# HELP a x\na 1\n# EOF\n", "m:3:1: error: a: a quantile needs a number from 0 to 1"),
            ("a 1\n", "m:2:1: error: cannot read exposition: no \"# EOF\" at the end"),
        ])
    func openMetrics(text: String, problem: String) {
        let problems = check(text, .openMetrics).filter { $0.contains(" error: ") }
        #expect(problems.count == 1 && problems.first?.hasPrefix(problem) == true, "\(problems)")
    }
}
