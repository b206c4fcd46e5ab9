import Foundation
import Testing

/// Another server in place of the store, and what it may answer: what is no answer is no data, with its reason, and nothing false.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)))
struct SourceTests {
    private static func vector(_ values: String..., time: String = "NOW") -> String {
        let elements = values.map { #"{"metric":{"q":"a"},"value":[\#(time),"\#($0)"]}"# }.joined(separator: ",")
        return #"{"status":"success","data":{"resultType":"vector","result":[\#(elements)]}}"#
    }

    /// What the server answers, and words of the reason.
    static let nonsense: [(reply: String, status: Int, words: String)] = [
        ("<html>out of order</html>", 200, "cannot read JSON"), ("", 200, "cannot read JSON"),
        ("{}", 200, "not one of Prometheus's query API"), ("no", 500, "status 500"),
        (#"{"status":"error","error":"too many samples"}"#, 422, "too many samples"),
        (vector("50", "5"), 200, #"the answer has the series {q="a"} twice"#),
        (vector("50", time: "0.5"), 200, "1970"),
        (#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#, 200, "instant vector"),
        (vector("fifty"), 200, "not a time and a value"),
    ]

    @Test(.timeLimit(.minutes(5)), arguments: nonsense.indices)
    func whatIsNoAnswerIsNoData(index: Int) throws {
        let (reply, status, words) = Self.nonsense[index]
        let server = try Exporter { _ in
            Reply(
                status: status, text: reply.replacingOccurrences(of: "NOW", with: String(Date().timeIntervalSince1970)))
        }
        defer { server.stop() }
        let appliance = try Appliance(
            in: try Workplace(),
            configuration: """
                self_monitoring: {host: false, vedette: false}
                actions: [{name: note, log: {}}]
                thresholds:
                  - {name: t, expr: queue, threshold: "> 10", interval: 200ms, actions: [note], source: {url: "http://me:sEcret@\(server.address)"}}
                """)
        try eventually("there is no data, and it is said why") {
            let answer = try appliance.get("/api/v1/thresholds").text
            return answer.contains("no_data") && unescaped(answer).contains(words)
        }
        #expect(try appliance.rows("select count(*) from actions") == [["0"]])
        // What the server was asked with is shown nowhere.
        for path in ["/api/v1/thresholds", "/api/v1/rules", "/api/v1/status/config", "/metrics"] {
            #expect(!(try appliance.get(path).text.contains("sEcret")), "\(path)")
        }
        #expect(try appliance.rows("select 1 from rule_groups where name glob '*sEcret*'") == [])
        #expect(!appliance.log.contains("sEcret"), "\(appliance.log)")
        #expect(try appliance.stop() == .exit(0))
    }

    private func unescaped(_ json: String) -> String { json.replacingOccurrences(of: "\\\"", with: "\"") }
}
