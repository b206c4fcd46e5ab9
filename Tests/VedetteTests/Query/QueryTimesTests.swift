import Model
import Testing

@testable import Vedette

@Suite("Times of a query on the command line")
struct QueryTimesTests {
    static let now: Int64 = 1_700_000_000_000

    @Test(
        "are read",
        arguments: [
            ("now", now), ("1700000000", now), ("1700000000.5", now + 500), ("-1h", now - 3_600_000),
            ("2023-11-14T22:13:20Z", now), ("2023-11-14T23:13:20.250+01:00", now + 250), ("-5", -5000), ("0", 0),
        ])
    func reads(text: String, time: Int64) throws { #expect(try parseTime(text, now: Self.now) == time) }

    @Test("are refused", arguments: ["", "yesterday", "1e30", "2023-11-14", "--1h", "nan"])
    func refuses(text: String) { #expect(throws: UserError.self) { try parseTime(text, now: Self.now) } }

    @Test("are one, or many when a start is given")
    func kinds() throws {
        func times(
            _ time: String? = nil, _ start: String? = nil, _ end: String? = nil, _ step: String? = nil
        ) throws -> QueryTimes {
            try QueryTimes(time: time, start: start, end: end, step: step, now: Self.now)
        }
        #expect(try times() == .instant(Self.now))
        #expect(try times("-1m") == .instant(Self.now - 60_000))
        #expect(try times(nil, "-1h") == .range(from: Self.now - 3_600_000, to: Self.now, step: 15_000))
        #expect(try times(nil, "-1m", "-30s") == .range(from: Self.now - 60_000, to: Self.now - 30_000, step: 1000))
        #expect(try times(nil, "-1h", "now", "5m") == .range(from: Self.now - 3_600_000, to: Self.now, step: 300_000))
        #expect(try times(nil, "-1h", "now", "0.5") == .range(from: Self.now - 3_600_000, to: Self.now, step: 500))
        #expect(throws: UsageError.self) { try times("now", "-1h") }
        #expect(throws: UsageError.self) { try times(nil, nil, "now") }
        #expect(throws: UserError.self) { try times(nil, "now", "-1h") }
        #expect(throws: UserError.self) { try times(nil, "-1h", nil, "0") }
        #expect(throws: UserError.self) { try times(nil, "-1d", nil, "1s") }
    }
}
