import Foundation
import Model
import Testing

@testable import Collectors

/// A source that expectations can make look.
private final class Watched {
    private var source: FileSource

    init(_ source: FileSource) { self.source = source }

    func look(again: Bool) -> Bool { source.look(again: again) }
    var groups: [TargetGroup] { source.groups }
    var problems: [String] { source.problems }
}

@Suite struct FileSourceTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func source(_ patterns: String...) -> Watched {
        Watched(FileSource(FileDiscoveryConfig(files: patterns.map { "\(folder.path)/\($0)" })))
    }

    private func addresses(_ source: Watched) -> [String] { source.groups.flatMap(\.targets) }

    @Test func readsYAMLAndJSON() throws {
        try folder.write("a.yml", "- targets: [a:1, a:2]\n  labels: {x: y, n: 5}\n- targets: [b]\n")
        try folder.write("b.json", #"[{"targets":["c\u00e9","😀\ud83d\ude00"],"labels":{"z":"\/"}}]"#)
        let source = source("*.yml", "b.json", "nosuch.json")
        let changed = source.look(again: false)
        #expect(changed)
        #expect(source.problems == [])
        let files = (0..<3).map { $0 < 2 ? "a.yml" : "b.json" }.map { Label("__meta_filepath", "\(folder.path)/\($0)") }
        #expect(
            source.groups == [
                TargetGroup(targets: ["a:1", "a:2"], labels: [Label("x", "y"), Label("n", "5"), files[0]]),
                TargetGroup(targets: ["b"], labels: [files[1]]),
                TargetGroup(targets: ["cé", "😀😀"], labels: [Label("z", "/"), files[2]]),
            ])
    }

    @Test func noticesWhatChanges() throws {
        try folder.write("a.json", #"[{"targets":["a"]}]"#)
        let source = source("*.json")
        #expect(source.look(again: false))
        #expect(!source.look(again: false))
        try folder.write("a.json", #"[{"targets":["b"]}]"#)
        #expect(source.look(again: false))
        #expect(addresses(source) == ["b"])
        try folder.write("c.json", #"[{"targets":["c"]}]"#)
        #expect(source.look(again: false))
        #expect(addresses(source) == ["b", "c"])
        #expect(source.look(again: true))
    }

    @Test func aConfigMapIsSwappedByALink() throws {
        // As the kubelet does it: targets.json -> ..data/targets.json, ..data -> a folder, replaced by a rename.
        let manager = FileManager.default
        for (version, target) in [("v1", "old"), ("v2", "new")] {
            try manager.createDirectory(atPath: "\(folder.path)/\(version)", withIntermediateDirectories: false)
            try folder.write("\(version)/targets.json", "[{\"targets\":[\"\(target)\"]}]")
        }
        try manager.createSymbolicLink(atPath: "\(folder.path)/..data", withDestinationPath: "v1")
        try manager.createSymbolicLink(
            atPath: "\(folder.path)/targets.json", withDestinationPath: "..data/targets.json")
        let source = source("*.json")
        #expect(source.look(again: false))
        #expect(addresses(source) == ["old"])
        try manager.createSymbolicLink(atPath: "\(folder.path)/..new", withDestinationPath: "v2")
        #expect(rename("\(folder.path)/..new", "\(folder.path)/..data") == 0)
        #expect(source.look(again: false))
        #expect(addresses(source) == ["new"])
    }

    @Test(arguments: [
        ("[{\"targets\":", "while parsing a flow node"), ("", "it is empty"), ("{}", "expected a list, found a map"),
        ("[~]", "expected a group of targets, found nothing"),
        ("[{\"target\":[]}]", "unknown key `target`, did you mean `targets`?"),
        ("[{\"targets\":\"a\"}]", "expected a list, found `a`"),
        ("[{\"targets\":[\"a\"],\"labels\":{\"\":\"x\"}}]", "a label name must not be empty"),
        ("[{\"targets\":[[]]}]", "expected a text, found a list"),
    ]) func aBadFileKeepsItsLastTargets(_ text: String, _ reason: String) throws {
        try folder.write("a.json", "[{\"targets\":[\"a\"]}]")
        try folder.write("b.json", "[{\"targets\":[\"b\"]}]")
        let source = source("*.json")
        _ = source.look(again: false)
        try folder.write("a.json", text)
        #expect(source.look(again: false))
        #expect(addresses(source) == ["a", "b"])
        let problem = try #require(source.problems.first)
        #expect(source.problems.count == 1)
        #expect(problem.hasPrefix("cannot use target file, keeping its last targets: \(folder.path)/a.json:"))
        #expect(problem.contains(reason))
        try folder.write("a.json", "[{\"targets\":[\"c\"]}]")
        #expect(source.look(again: false))
        #expect(addresses(source) == ["c", "b"])
        #expect(source.problems == [])
    }

    @Test func aFileIsGoneWhenItIsMissingTwice() throws {
        try folder.write("a.json", "[{\"targets\":[\"a\"]}]")
        let source = source("*.json")
        _ = source.look(again: false)
        unlink("\(folder.path)/a.json")
        #expect(!source.look(again: false))
        #expect(addresses(source) == ["a"])
        try folder.write("a.json", "[{\"targets\":[\"a2\"]}]")
        #expect(source.look(again: false))
        #expect(addresses(source) == ["a2"])
        unlink("\(folder.path)/a.json")
        #expect(!source.look(again: false))
        #expect(source.look(again: false))
        #expect(addresses(source) == [])
    }

    @Test func theEnvironmentIsOutOfReach() throws {
        try folder.write("a.yml", "- targets: ['${HOME}', '$${HOME}']")
        let source = source("a.yml")
        _ = source.look(again: false)
        #expect(addresses(source) == ["${HOME}", "$${HOME}"])
    }

    @Test func anEmptyYAMLFileHasNoTargets() throws {
        try folder.write("a.yml", "# none today\n")
        let source = source("a.yml")
        _ = source.look(again: false)
        #expect(addresses(source) == [])
        #expect(source.problems == [])
    }
}
