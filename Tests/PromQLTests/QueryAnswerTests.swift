import Model
import PromQL
import Testing

@Suite("An answer of Prometheus's query API")
struct QueryAnswerTests {
    @Test("is read")
    func reading() throws {
        func values(_ data: String) throws -> QueryAnswer {
            try QueryAnswer(json: Array("{\"status\":\"success\",\"data\":\(data),\"warnings\":[\"w\"]}".utf8))
        }
        let vector = try values(
            "{\"resultType\":\"vector\",\"result\":[{\"metric\":{\"a\":\"1\"},\"value\":[1.5,\"+Inf\"]}]}")
        guard case .vector(let elements, let time) = vector.value else {
            Issue.record("no vector")
            return
        }
        #expect(time == 1500 && elements.first?.labels == ["a": "1"] && elements.first?.value == .infinity)
        #expect(vector.notes == ["w"])
        guard case .scalar(let number, 2000) = try values("{\"resultType\":\"scalar\",\"result\":[2,\"3\"]}").value
        else {
            Issue.record("no scalar")
            return
        }
        #expect(number == 3)
    }

    @Test(
        "is refused when it is none",
        arguments: [
            "", "<html>", "{}", "[]", #"{"status":"error","error":"x"}"#, #"{"status":"success"}"#,
            #"{"status":"success","data":{"resultType":"vector","result":{}}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{}}]}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1]}]}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"x"]}]}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1e300,"1"]}]}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":1},"value":[1,"1"]}]}}"#,
            #"{"status":"success","data":{"resultType":"streams","result":[]}}"#,
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"histogram":[1,{}]}]}}"#,
        ])
    func refusing(json: String) {
        let error = #expect(throws: UserError.self) { try QueryAnswer(json: Array(json.utf8)) }
        #expect(error?.message.hasPrefix("cannot read") == true)
    }
}
