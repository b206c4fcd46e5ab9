import Exposition
import Foundation
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
        let verdict = PaddedBytes.lend(Array(text.utf8), judgeMetrics)
        #expect(verdict.code == code, "\(verdict.problems)")
        #expect(verdict.problems.isEmpty == (code == 0))
    }

    /// What a program says may be hundreds of megabytes: the check needs little more room than the text itself.
    @Test func memoryIsBoundedByTheText() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "vedette-check-\(UUID().uuidString)").path
        defer { unlink(path) }
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.write(contentsOf: Data("# HELP a A.\n# TYPE a gauge\n".utf8))
        for host in 0..<600 {
            let lines = (0..<100).map { line in
                "a{instance=\"host-\(host).example.com:9100\",path=\"/api/v1/something/\(line)\",code=\"200\"} 1.5\n"
            }
            try file.write(contentsOf: Data(lines.joined().utf8))
        }
        let size = Int(try file.offset())
        try file.seek(toOffset: 0)

        try resetPeak()
        let before = try memory("VmRSS")
        let verdict = try InputText(file.fileDescriptor, name: path).lend(judgeMetrics)
        let grown = try memory("VmHWM") - before
        #expect(verdict.code == 0, "\(verdict.problems.prefix(3))")
        #expect(grown < 2 * size, "\(grown) bytes for \(size)")
    }

    /// Nor do the problems take more: of more than anybody reads the rest is only counted.
    @Test func problemsAreBounded() {
        let text = "# HELP a A.\n# TYPE a gauge\n" + String(repeating: "a 1\n", count: 12_001)
        let verdict = PaddedBytes.lend(Array(text.utf8), judgeMetrics)
        #expect(verdict.code == 1)
        #expect(verdict.problems.count == 10_001)
        #expect(verdict.problems.last?.message == "2000 further problems")
    }
}

/// Forgets the most memory that this process has had.
private func resetPeak() throws {
    try Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
}

/// A figure of this process, in bytes.
private func memory(_ name: String) throws -> Int {
    let status = String(decoding: FileManager.default.contents(atPath: "/proc/self/status") ?? Data(), as: UTF8.self)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("\(name):") })
    return try #require(Int(line.filter(\.isNumber))) * 1024
}
