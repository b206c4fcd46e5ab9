import Model
import Testing

@testable import Exposition

@Suite("Keeping the valid lines")
struct SalvagingTests {
    private func salvage(_ text: String, _ format: ExpositionFormat = .text) throws -> ([String], Int, UserError?) {
        try PaddedBytes.lend(Array(text.utf8)) { body in
            var reader = ExpositionReader(body, format: format, mode: .salvaging)
            var events: [String] = []
            while let event = try reader.next() { events.append(shown(event, in: body)) }
            return (events, reader.skippedLines, reader.firstSkipped)
        }
    }

    @Test("Invalid lines are left out and counted, and the first error is kept")
    func text() throws {
        let (events, skipped, first) = try salvage(
            """
            a 1
            # a comment

            b{c="d} 1
            e{f="g"} 2
            <html>
            # TYPE h nonsense
            i 3 x
            j 4
            k
            """)
        #expect(events == ["1|sample|a|1", "5|sample|e{f=\"g\"}|2", "9|sample|j|4"])
        #expect(skipped == 5)
        #expect(first?.place == Place(line: 4, column: 5))
    }

    @Test("An unclosed quote costs one line only")
    func quotes() throws {
        let (events, skipped, _) = try salvage("a{b=\"c 1\nd{e=\"f\"} 2\n")
        #expect(events == ["2|sample|d{e=\"f\"}|2"])
        #expect(skipped == 1)
    }

    @Test("OpenMetrics still has to end as it must")
    func openMetrics() throws {
        let (events, skipped, first) = try salvage("a 1\n\nb  2\nc 3\n# EOF\n", .openMetrics)
        #expect(events == ["1|sample|a|1", "4|sample|c|3"])
        #expect(skipped == 2)
        #expect(first?.place == Place(line: 2, column: 1))
        #expect(throws: UserError.self) { try salvage("a 1\nb\n", .openMetrics) }
    }
}
