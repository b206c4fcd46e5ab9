import Foundation
import Model
import Testing

@Suite("The JSON writer")
struct JSONWriterTests {
    @Test("sets commas and brackets")
    func structure() {
        var json = JSONWriter()
        json.object { json in
            json.member("a", 1)
            json.key("b")
            json.array { json in
                json.value("x")
                json.value(-2)
                json.null()
                json.object { _ in }
                json.array { _ in }
                json.value(true)
            }
            json.member("c", false)
            json.key("d")
            json.raw("{\"e\":[]}".utf8)
            json.key("labels")
            json.value(["__name__": "up", "job": "a\"b"] as Labels)
        }
        #expect(
            text(json)
                == #"{"a":1,"b":["x",-2,null,{},[],true],"c":false,"d":{"e":[]},"labels":{"__name__":"up","job":"a\"b"}}"#
        )
    }

    @Test("escapes what must be escaped, and nothing else")
    func escapes() throws {
        var every = ""
        for scalar in (0...0xff).compactMap(Unicode.Scalar.init) { every.unicodeScalars.append(scalar) }
        every += "\u{2028}日本🦉"
        var json = JSONWriter()
        json.array { $0.value(every) }
        #expect(json.bytes.allSatisfy { $0 >= 0x20 })
        let read = try #require(try JSONSerialization.jsonObject(with: Data(json.bytes)) as? [String])
        #expect(read == [every])
        #expect(text(json).contains(#"\u0000\u0001"#))
        #expect(text(json).contains(#"\t\n\u000b\u000c\r\u000e"#))
    }

    @Test(
        "writes numbers that are JSON",
        arguments: [
            (0.0, "0"), (1.5, "1.5"), (-0.25, "-0.25"), (1e20, "100000000000000000000"), (1e21, "1e+21"),
            (1e-6, "0.000001"),
            (1e-7, "1e-07"), (.nan, "null"), (.infinity, "null"), (-.infinity, "null"),
        ] as [(Double, String)])
    func numbers(value: Double, want: String) {
        var json = JSONWriter()
        json.value(value)
        #expect(text(json) == want)
    }

    @Test(
        "writes samples as Prometheus does",
        arguments: [
            (0, 0, #"[0,"0"]"#), (1_435_781_451_781, 1, #"[1435781451.781,"1"]"#), (1500, -0.0, #"[1.500,"-0"]"#),
            (-1, 1e21, #"[-0.001,"1e+21"]"#), (7, 1e-6, #"[0.007,"0.000001"]"#), (70, -1.5e-7, #"[0.070,"-1.5e-07"]"#),
            (.min, .infinity, #"[-9223372036854775.808,"+Inf"]"#), (.max, .nan, #"[9223372036854775.807,"NaN"]"#),
        ] as [(Int64, Double, String)])
    func samples(time: Int64, value: Double, want: String) {
        var json = JSONWriter()
        json.sample(time, value)
        #expect(text(json) == want)
    }

    @Test("goes on after its bytes were taken")
    func pieces() {
        var json = JSONWriter()
        json.beginArray()
        json.value(1)
        var all = json.takeBytes()
        json.value(2)
        json.endArray()
        all += json.takeBytes()
        #expect(String(decoding: all, as: UTF8.self) == "[1,2]")
    }

    private func text(_ json: JSONWriter) -> String { String(decoding: json.bytes, as: UTF8.self) }
}
