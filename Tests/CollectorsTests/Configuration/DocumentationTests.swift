import Configuration
import Foundation
import Model
import Testing

@testable import Collectors

/// The project's top folder.
private let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

@Suite struct DocumentationTests {
    @Test func theExampleIsFlawless() throws {
        let path = project.appending(path: "examples/vedette.yaml").path()
        let loaded = try loadConfiguration(file: path, environment: [:]) { WholeConfiguration($0) }
        #expect(loaded.warnings == [])
        #expect(loaded.value.scrapes.jobs.map(\.jobName) == ["node", "services", "probes"])
        #expect(loaded.value.common.storage.path == project.appending(path: "examples/vedette.db").path())
    }

    /// Each key that the sources ask for is named in the reference, and nothing is forgotten when one is added.
    @Test func everyKeyIsDocumented() throws {
        let text = try String(contentsOf: project.appending(path: "docs/configuration.md"), encoding: .utf8)
        let call = try Regex(
            #"(?:fields|root|user)\.(?:string|strings|bool|integer|number|duration|size|choice|node|list|labels|section|secret|required|visible)\(\s*"([a-z0-9_]+)""#
        )
        var keys: Set<String> = []
        for folder in ["Sources/Configuration/Sections", "Sources/Collectors/Configuration"] {
            let url = project.appending(path: folder)
            for file in try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil) {
                let source = try String(contentsOf: file, encoding: .utf8)
                for match in source.matches(of: call) {
                    if let key = match.output[1].substring { keys.insert(String(key)) }
                }
            }
        }
        #expect(keys.count > 60)
        for key in keys.sorted() { #expect(text.contains("`\(key)`"), "\(key)") }
    }
}
