import Foundation

/// A directory of its own for one test; it goes when the test ends.
final class Workplace: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "vedette-test-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String {
        path + "/" + name
    }

    /// Writes a file, whole or not at all, as a careful administrator does.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)), options: .atomic)
        return file(name)
    }

    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }
}
