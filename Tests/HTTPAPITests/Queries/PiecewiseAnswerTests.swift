import Model
import Testing

@testable import HTTPAPI

@Suite("Answers in pieces")
struct PiecewiseAnswerTests {
    private func answer(count: Int, stride: Int = 1, notes: APINotes = APINotes()) -> PiecewiseAnswer {
        PiecewiseAnswer(
            opening: { json in
                json.beginObject()
                json.key("list")
            }, count: count, stride: stride,
            elements: { range, json in
                for number in range { json.value(number) }
            },
            closing: { json in
                json.member("end", true)
                json.endObject()
            }, notes: notes)
    }

    @Test("are whole, however many pieces there are", arguments: [0, 1, 2, 255, 256, 257, 50_000], [1, 256])
    func whole(count: Int, stride: Int) async throws {
        let response = try answer(count: count, stride: stride).response()
        if case .bytes = response.body { #expect(count < 1000) } else { #expect(count > 1000) }
        let list = (0..<count).map(String.init).joined(separator: ",")
        let text = String(decoding: try await bytes(of: response.body), as: UTF8.self)
        #expect(text == #"{"status":"success","data":{"list":[\#(list)],"end":true}}"#)
        #expect(response.headers["Content-Type"] == "application/json")
    }

    @Test("are sent as they are made")
    func pieces() async throws {
        guard case .stream(let produce) = try answer(count: 100_000).response().body else {
            Issue.record("no stream")
            return
        }
        let notes = Notes()
        try await produce(BodyWriter { await notes.add("\($0.count)") })
        let sizes = await notes.all.compactMap(Int.init)
        #expect(sizes.count > 5)
        #expect(sizes.allSatisfy { $0 < 66_000 })
    }

    @Test("that fail in their middle have no proper end")
    func failing() async throws {
        let answer = PiecewiseAnswer(
            count: 100_000,
            elements: { range, json in
                if range.lowerBound == 50_000 { throw UserError("gone") }
                json.value(range.lowerBound)
            })
        let response = try answer.response()
        await #expect(throws: UserError("gone")) { _ = try await bytes(of: response.body) }
    }

    @Test("tell ten warnings and ten infos at the most")
    func notes() async throws {
        let notes = APINotes(warnings: (1...12).map { "w\($0)" }, infos: (1...11).map { "i\($0)" })
        let text = String(decoding: try await bytes(of: answer(count: 0, notes: notes).response().body), as: UTF8.self)
        let warnings = (1...10).map { "\"w\($0)\"" }.joined(separator: ",")
        let infos = (1...10).map { "\"i\($0)\"" }.joined(separator: ",")
        #expect(
            text.hasSuffix(
                #""warnings":[\#(warnings),"2 more warning annotations omitted"],"#
                    + #""infos":[\#(infos),"1 more info annotations omitted"]}"#))
    }
}
