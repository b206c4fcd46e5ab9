import Foundation
import Model
import Testing

@testable import Exposition

/// The official documents with their verdicts, which lie beside the project and not in it.
struct OpenMetricsCase: Decodable, CustomTestStringConvertible {
    var name: String
    var shouldParse: Bool
    var text: String

    var testDescription: String { name }

    static let all: [OpenMetricsCase] = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.deletingLastPathComponent().appendingPathComponent("shared/openmetrics/cases.json")
        guard let data = try? Data(contentsOf: file) else { return [] }
        return (try? JSONDecoder().decode([OpenMetricsCase].self, from: data)) ?? []
    }()
}

@Suite("The official OpenMetrics documents")
struct OpenMetricsCasesTests {
    @Test(
        "are judged right",
        .enabled(if: !OpenMetricsCase.all.isEmpty, "skipped: ../shared/openmetrics/cases.json is not there"),
        arguments: OpenMetricsCase.all)
    func verdict(document: OpenMetricsCase) {
        let errors = PaddedBytes.lend(Array(document.text.utf8)) {
            checkExposition($0, format: .openMetrics).filter { $0.severity == .error }
        }
        #expect(errors.isEmpty == document.shouldParse, "\(document.text)\n\(errors)")
    }

    @Test(
        "are all there",
        .enabled(if: !OpenMetricsCase.all.isEmpty, "skipped: ../shared/openmetrics/cases.json is not there"))
    func count() {
        #expect(OpenMetricsCase.all.count == 141)
    }
}
