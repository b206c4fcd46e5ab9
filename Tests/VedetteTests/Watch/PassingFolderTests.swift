import Foundation
import Testing

@testable import Vedette

@Suite("Folders that go with the process")
struct PassingFolderTests {
    private let place = NSTemporaryDirectory() + "passing-\(UUID().uuidString)"

    init() throws { try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true) }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: place).sorted() }

    @Test("is there until it is removed, with all that is in it")
    func life() throws {
        defer { try? FileManager.default.removeItem(atPath: place) }
        let folder = try PassingFolder.make(in: [place])
        #expect(folder.path.hasPrefix("\(place)/vedette-"))
        #expect(try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path + "/a")) == ())
        #expect(try names().count == 1)
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o700)
        folder.remove()
        #expect(try names().isEmpty)
    }

    @Test("takes away what was left behind, and neither what is in use nor what is somebody else's")
    func leftBehind() throws {
        defer { try? FileManager.default.removeItem(atPath: place) }
        for name in ["vedette-abcdef", "vedette-archive", "other-abcdef"] {
            try FileManager.default.createDirectory(atPath: "\(place)/\(name)", withIntermediateDirectories: true)
            #expect(FileManager.default.createFile(atPath: "\(place)/\(name)/history.db", contents: Data()))
        }
        try FileManager.default.createSymbolicLink(
            atPath: "\(place)/vedette-linked", withDestinationPath: "\(place)/other-abcdef")
        let first = try PassingFolder.make(in: [place])
        let second = try PassingFolder.make(in: [place])
        let kept = [first.path, second.path].map { String($0.dropFirst(place.count + 1)) }
        #expect(try names() == (["other-abcdef", "vedette-archive", "vedette-linked"] + kept).sorted())
        #expect(FileManager.default.fileExists(atPath: "\(place)/other-abcdef/history.db"))
        first.remove()
        second.remove()
    }

    @Test("goes to the next place where the first cannot be written to, and says why there is none")
    func places() throws {
        defer { try? FileManager.default.removeItem(atPath: place) }
        let folder = try PassingFolder.make(in: ["/proc/nowhere", "", place])
        #expect(folder.path.hasPrefix(place))
        folder.remove()
        #expect {
            _ = try PassingFolder.make(in: ["/proc/nowhere"])
        } throws: {
            saidPlainly($0).hasPrefix(
                "cannot keep the history in memory: cannot write into /proc/nowhere: No such file")
        }
    }
}
