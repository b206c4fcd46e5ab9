import Foundation
import Model
import Testing

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (253_402_300_800_000, "10000-01-01T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"), (-62_167_219_200_001, "-0001-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func known(milliseconds: Int64, want: String) {
        #expect(formatTimestamp(milliseconds) == want)
    }

    /// A thousand times against `date -u`, from the year 1 to 9999.
    @Test func agreeWithDate() throws {
        var seconds: [Int64] = []
        var time: Int64 = -62_135_596_800
        while time < 253_402_300_800 {
            seconds.append(time)
            time += 315_537_897_601 / 1000 + 12_345
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/date")
        process.arguments = ["-u", "-f", "-", "+%Y-%m-%dT%H:%M:%S.000Z"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        // 12 bytes a line stay well below what a pipe holds: writing does not wait for reading.
        try input.fileHandleForWriting.write(contentsOf: Data(seconds.map { "@\($0)\n" }.joined().utf8))
        try input.fileHandleForWriting.close()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        let want = text.split(separator: "\n").map(String.init)
        #expect(want.count > 900)
        #expect(seconds.map { formatTimestamp($0 * 1000) } == want)
    }

    @Test func datesAreTheDaysTheyCameFrom() {
        for days in stride(from: Int64(-800_000), through: 3_000_000, by: 37) {
            #expect(daysSince1970(civilDate(daysSince1970: days)) == days)
        }
        #expect(daysSince1970(CivilDate(year: 2000, month: 2, day: 29)) == 11_016)
    }

    @Test(arguments: [Int64.min, .max])
    func theEndsDoNotTrap(milliseconds: Int64) {
        #expect(formatTimestamp(milliseconds).hasSuffix("Z"))
    }

    @Test(arguments: [(7, 2, 3), (-7, 2, -4), (-8, 2, -4), (0, 5, 0), (-1, 86_400_000, -1)] as [(Int64, Int64, Int64)])
    func divisionRoundsDown(a: Int64, b: Int64, want: Int64) {
        #expect(floorDivide(a, by: b) == want)
    }
}
