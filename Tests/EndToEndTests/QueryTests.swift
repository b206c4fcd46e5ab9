import Foundation
import Testing

/// `vedette query`, over a file and over a server.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)))
struct QueryTests {
    @Test func fileAndServerAnswerAlike() throws {
        let workplace = try Workplace()
        let exporter = try Exporter(text: "a{x=\"1\"} 5\na{x=\"2\"} 7\n")
        defer { exporter.stop() }
        let appliance = try Appliance(in: workplace, configuration: scraping([("test", exporter)]))
        try eventually("both series are stored") {
            try appliance.rows("select 1 from samples where metric = 'a'").count >= 2
        }
        let expected = ["x  value", "1      5", "2      7"]
        let url = "http://127.0.0.1:\(appliance.port)"
        for arguments in [["--data", appliance.data], ["--url", url]] {
            let outcome = try run(
                Surroundings.binary, ["query", "sum by (x) (a)"] + arguments, in: workplace)
            #expect(outcome.ending == .exit(0))
            #expect(
                outcome.output.split(separator: "\n").map(String.init) == expected, "\(outcome.output)\(outcome.errors)"
            )
            let json = try run(
                Surroundings.binary, ["query", "sum(a)", "--json", "--time", "now"] + arguments, in: workplace)
            #expect(
                json.output.contains("\"resultType\":\"vector\"") && json.output.contains("\"12\"]"), "\(json.output)")
            let chart = try run(
                Surroundings.binary, ["query", "sum(a)", "--start", "-10s"] + arguments, in: workplace)
            #expect(chart.output.contains("┤") && chart.output.contains("━ {}  12"), "\(chart.output)\(chart.errors)")
            let wrong = try run(Surroundings.binary, ["query", "sum(a"] + arguments, in: workplace)
            #expect(wrong.ending == .exit(1))
            #expect(wrong.errors.contains("1:6: parse error: unclosed left parenthesis"), "\(wrong.errors)")
        }
        #expect(try appliance.stop() == .exit(0))
        // Nobody writes the file any more; an hour later its last samples would still be the answer.
        let later = try vedette("query", "a", "--data", appliance.data, "--time", "now", in: workplace)
        #expect(later.ending == .exit(0))
        let missing = try vedette("query", "a", "--data", workplace.file("none.db"), in: workplace)
        #expect(missing.ending == .exit(1) && missing.errors.contains("there is no such file"))
        let away = try vedette("query", "a", "--url", "127.0.0.1:1", in: workplace)
        #expect(away.ending == .exit(1) && away.errors.contains("cannot query http://127.0.0.1:1"))
    }
}
