import Configuration
import Foundation
import Logging
import Model
import Testing

@testable import Actions

/// What the documentation shows can be copied, and nothing is forgotten in it.
@Suite("The documentation of notifications") struct NotificationDocsTests {
    private static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private func text() throws -> String {
        try String(contentsOf: Self.project.appending(path: "docs/notifications.md"), encoding: .utf8)
    }

    @Test("has examples that work as they stand") func examples() throws {
        let blocks = try text().split(separator: "```yaml\n").dropFirst().map { $0.split(separator: "```")[0] }
        #expect(blocks.count > 8)
        for block in blocks {
            let isWhole = block.hasPrefix("actions:")
            if block.hasPrefix("      text:") { continue }
            let yaml = isWhole ? String(block) : "actions:\n  - name: example\n\(block)"
            let context = DecodingContext(environment: [:], folder: "/etc/vedette")
            do {
                let loaded = try loadConfiguration(Array(yaml.utf8), in: context) { root in
                    root.node("actions").map { ActionsSection(from: $0, in: root.context, using: tools()) }
                }
                let actions = try #require(loaded.value).actions
                #expect(!actions.isEmpty)
                for action in actions { #expect(try !action.action.plan(firing()).isEmpty) }
            } catch {
                Issue.record("\(yaml)\n\(error)")
            }
        }
    }

    @Test("names every key") func keys() throws {
        let text = try text()
        let call = try Regex(
            #"(?:fields\.(?:string|bool|integer|duration|choice|node|section|secret|required)|TextTemplate)\((?:fields, )?"([a-z0-9_]+)""#
        )
        var keys: Set<String> = []
        for folder in ["Webhook", "Webhook/Presets", "Email"] {
            let url = Self.project.appending(path: "Sources/Actions/\(folder)")
            let files = try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)
            for file in files where file.pathExtension == "swift" {
                for match in try String(contentsOf: file, encoding: .utf8).matches(of: call) {
                    if let key = match.output[1].substring { keys.insert(String(key)) }
                }
            }
        }
        #expect(keys.count > 25)
        for key in keys.sorted() { #expect(text.contains("`\(key)`"), "\(key)") }
    }
}
