import Exposition
import Model
import Patterns
import Testing

@testable import Collectors

@Suite struct SeriesLabellingTests {
    /// The labels that a series text gets, or what became of it.
    private func labelled(
        _ text: String, target: Labels = ["job": "j", "instance": "i"],
        _ change: (inout ScrapeConfig) -> Void = { _ in }
    ) -> String {
        var config = ScrapeConfig(jobName: "j")
        change(&config)
        let labelling = SeriesLabelling(target: target, config: config)
        do {
            let verdict = try Array(text.utf8).withUnsafeBytes { try labelling.label($0) }
            switch verdict {
            case .kept(let labels): return "\(labels)"
            case .dropped: return "dropped"
            case .overLimit(let limit, let sentence): return "\(limit.rawValue): \(sentence)"
            }
        } catch {
            return "error: \(error)"
        }
    }

    /// Expectations by Prometheus's documentation and its treatment of conflicts.
    static let conflicts: [(text: String, target: Labels, honored: String, exported: String)] = [
        ("a", ["job": "j"], "a{job=\"j\"}", "a{job=\"j\"}"),
        ("a{job=\"x\"}", ["job": "j"], "a{job=\"x\"}", "a{exported_job=\"x\", job=\"j\"}"),
        // An empty value says: none of mine. A gateway for pushed metrics relies on it.
        ("a{instance=\"\"}", ["instance": "i", "job": "j"], "a{job=\"j\"}", "a{instance=\"i\", job=\"j\"}"),
        (
            "a{job=\"x\",exported_job=\"y\"}", ["job": "j"], "a{exported_job=\"y\", job=\"x\"}",
            "a{exported_exported_job=\"x\", exported_job=\"y\", job=\"j\"}"
        ),
        (
            "a{f=\"1\",exported_f=\"2\"}", ["f": "3", "exported_f": "4"], "a{exported_f=\"2\", f=\"1\"}",
            "a{exported_exported_exported_f=\"2\", exported_exported_f=\"1\", exported_f=\"4\", f=\"3\"}"
        ),
    ]

    @Test(arguments: conflicts)
    func labelsOfBothSides(text: String, target: Labels, honored: String, exported: String) {
        #expect(labelled(text, target: target) { $0.honorLabels = true } == honored)
        #expect(labelled(text, target: target) == exported)
    }

    @Test func relabellingOfMetrics() throws {
        let rules: [(RelabelRule, String)] = [
            (try RelabelRule(action: .drop, sourceLabels: ["__name__"], regex: RegularExpression("a.*")), "dropped"),
            (try RelabelRule(action: .keep, sourceLabels: ["__name__"], regex: RegularExpression("b.*")), "dropped"),
            (
                try RelabelRule(sourceLabels: ["__name__"], targetLabel: "__name__", replacement: "new_$1"),
                "new_a{instance=\"i\", job=\"j\", n=\"1\"}"
            ),
            (
                try RelabelRule(action: .labeldrop, regex: RegularExpression("n|instance")), "a{job=\"j\"}"
            ),
            (
                try RelabelRule(targetLabel: "__name__", replacement: ""),
                "error: cannot store a series: relabelling took the name of a{n=\"1\"} away"
            ),
            (try RelabelRule(action: .labeldrop, regex: RegularExpression(".*")), "dropped"),
        ]
        for (rule, expected) in rules {
            #expect(labelled("a{n=\"1\"}") { $0.metricRelabelRules = [rule] } == expected)
        }
    }

    @Test func limits() {
        #expect(labelled("a{n=\"1\"}") { $0.limits.labels = 4 } == "a{instance=\"i\", job=\"j\", n=\"1\"}")
        #expect(labelled("a{n=\"1\"}") { $0.limits.labels = 3 } == "label_limit: label_limit 3 exceeded: 4 labels")
        #expect(
            labelled("a{quite_long=\"1\"}") { $0.limits.labelNameLength = 9 }
                == "label_name_length_limit: label_name_length_limit 9 exceeded by quite_long")
        #expect(
            labelled("a{n=\"éé\"}") { $0.limits.labelValueLength = 3 }
                == "label_value_length_limit: label_value_length_limit 3 exceeded by n")
        #expect(labelled("a{n=\"éé\"}") { $0.limits.labelValueLength = 4 }.hasPrefix("a{"))
        // The name is a label too.
        #expect(labelled("abcde") { $0.limits.labelValueLength = 4 }.hasPrefix("label_value_length_limit"))
    }

    @Test func aLabelGivenTwiceIsAnError() {
        #expect(labelled("a{n=\"1\",n=\"2\"}").hasPrefix("error: cannot read series"))
    }
}
