import Foundation
import Testing

@testable import Logging

/// What a reader of the log must never be made to believe, and what a JSON parser must always be able to read.
private let nasty: [String] = [
    "", "plain", "two words", "a\nb", "a\r\nb", "2026-01-01T00:00:00.000Z error forged", "x\n2026 error forged y=1",
    "\u{0}\u{1}\u{1b}[31mred\u{7f}", "quote \" and \\ backslash", "\\n", "key=value", "\t", "é 日本 🎠",
    "\u{2028}\u{2029}\u{85}",
    "e\u{301}", "\u{9b}31m", "a\u{d}", "\\", "\"", "\u{feff}", "{\"a\":1}",
]

@Suite("Log lines")
struct LogLineTests {
    @Test(arguments: nasty)
    func oneEventIsOneLine(text: String) {
        for line in [
            textLine(.info, text, ["key": text, "other": "1"]), jsonLine(.info, text, ["key": text, "other": "1"]),
        ] {
            #expect(line.hasSuffix("\n"))
            let inside = line.unicodeScalars.dropLast()
            #expect(inside.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f && !isLineEnd($0) }, "\(line)")
        }
    }

    @Test(arguments: nasty)
    func jsonGivesBackWhatWentIn(text: String) throws {
        let line = jsonLine(.warn, text, ["key": text, text + "!": "value"])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
        #expect(object.count == 5)
        #expect(object["message"].map { Array($0.utf8) } == Array(text.utf8))
        #expect(object["key"].map { Array($0.utf8) } == Array(text.utf8))
        #expect(object[text + "!"] == "value")
        #expect(object["level"] == "warn")
        #expect(object["time"]?.hasSuffix("Z") == true)
    }

    @Test(arguments: [
        ("plain", "key=plain"), ("", "key=\"\""), ("two words", "key=\"two words\""), ("a=b", "key=\"a=b\""),
        ("a\"b", #"key="a\"b""#), ("a\\b", #"key="a\\b""#), ("a\nb", #"key="a\nb""#), ("\u{7f}", #"key="\u007f""#),
        ("é", "key=é"),
    ])
    func valuesAreQuotedWhereTheyMust(value: String, want: String) {
        let line = textLine(.error, "message", ["key": value])
        #expect(line.hasSuffix(" error message \(want)\n"))
    }

    @Test func theTimeStandsInFront() {
        let line = textLine(.debug, "message", [:])
        #expect(line.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z debug message\n/) != nil)
    }

    private func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}"
    }
}

@Suite("Logger")
struct LoggerTests {
    /// What a logger of this level writes when each level is used once.
    private func written(_ level: LogLevel, _ format: LogFormat) throws -> [String] {
        let pipe = Pipe()
        let logger = Logger(level: level, format: format, descriptor: pipe.fileHandleForWriting.fileDescriptor)
        logger.debug("one")
        logger.info("two")
        logger.warn("three")
        logger.error("four")
        try pipe.fileHandleForWriting.close()
        let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        return text.split(separator: "\n").map { String($0) }
    }

    @Test(arguments: [(LogLevel.debug, 4), (.info, 3), (.warn, 2), (.error, 1)])
    func whatIsBelowTheLevelIsNotWritten(level: LogLevel, count: Int) throws {
        let lines = try written(level, .text)
        #expect(lines.count == count)
        #expect(lines.last?.hasSuffix(" error four") == true)
        #expect(try written(level, .json).count == count)
    }

    @Test func whatIsNotWrittenIsNotBuilt() {
        let logger = Logger(level: .warn, descriptor: -1)
        logger.info(Issue.record("built for nothing").description)
    }

    @Test func aClosedLogStopsNobody() {
        Logger(descriptor: -1).error("nobody reads this")
    }

    @Test func levelsHaveNames() {
        for level in LogLevel.allCases { #expect(LogLevel(name: level.name) == level) }
        #expect(LogLevel(name: "Info") == nil)
        #expect(LogLevel(name: "") == nil)
        #expect(LogLevel.debug < .info && LogLevel.info < .warn && LogLevel.warn < .error)
    }
}
