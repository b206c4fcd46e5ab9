import HTTPClient
import TestSupport
import Testing

/// Compressed answers: whole ones are read, and everything else is a failure.
@Suite struct CompressionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let body: [UInt8]
        /// The text, or else the code and the end of the sentence.
        let want: String?
        var code: HTTPFailure.Code?
        var reason = ""
        var coding = "gzip"

        init(_ name: String, _ body: [UInt8], _ want: String, coding: String = "gzip") {
            (testDescription, self.body, self.want, self.coding) = (name, body, want, coding)
        }
        init(
            _ name: String, _ body: [UInt8], _ code: HTTPFailure.Code, _ reason: String, coding: String = "gzip"
        ) {
            (testDescription, self.body, want, self.coding) = (name, body, nil, coding)
            (self.code, self.reason) = (code, reason)
        }
    }

    static let text = (0..<5000).map { "up{n=\"\($0)\"} \($0 * 7919 % 1013)\n" }.joined()
    static let whole = gzipped(Array(text.utf8))
    static let cutOff = "the compressed answer is cut off"
    static let damaged = "the compressed answer is damaged"
    /// "abc" between two flush points and no end, as of a server that died while it wrote.
    static let flushed: [UInt8] = [
        0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0, 3, 0, 0xFC, 0xFF, 0x61, 0x62, 0x63, 0, 0, 0, 0xFF, 0xFF,
    ]
    static let wrongSum = whole.enumerated().map { $0 == whole.count - 8 ? $1 ^ 1 : $1 }
    static let cases = [
        Case("whole", whole, text),
        Case("x-gzip", whole, text, coding: "X-GZIP"),
        Case("members behind each other", whole + gzipped([]) + whole, text + text),
        Case("nothing, compressed", gzipped([]), ""),
        Case("zlib", [0x78, 0x9C, 0x4B, 0x4C, 0x4A, 0x06, 0, 0x02, 0x4D, 0x01, 0x27], "abc", coding: "deflate"),
        Case("identity", Array("abc".utf8), "abc", coding: "identity"),
        Case("cut at a flush point", flushed, .truncated, cutOff),
        Case("cut in the middle", Array(whole.prefix(whole.count / 2)), .truncated, cutOff),
        Case("without its trailer", Array(whole.dropLast(8)), .truncated, cutOff),
        Case("without its last byte", Array(whole.dropLast()), .truncated, cutOff),
        Case("the second member cut off", whole + whole.prefix(20), .truncated, cutOff),
        Case("not a byte", [], .truncated, cutOff),
        Case("wrong sum", wrongSum, .protocol, damaged),
        Case("junk at the end", whole + Array("junk".utf8), .protocol, damaged),
        Case("brotli", [1, 2, 3], .protocol, "the answer is compressed in a way nobody asked for: br", coding: "br"),
    ]

    @Test(arguments: cases, [false, true]) func strictly(_ example: Case, inChunks: Bool) throws {
        let server = try HTTPTestServer { connection in
            while connection.readRequest() != nil {
                guard inChunks else {
                    let headers = ["Content-Encoding: \(example.coding)"]
                    guard connection.write(TestAnswer(headers: headers, body: example.body).bytes) else { return }
                    continue
                }
                connection.write(
                    "HTTP/1.1 200 OK\r\nContent-Encoding: \(example.coding)\r\nTransfer-Encoding: chunked\r\n\r\n")
                for start in stride(from: 0, to: example.body.count, by: 7) {
                    let piece = example.body[start...].prefix(7)
                    connection.write(Array("\(piece.count)\r\n".utf8) + piece + Array("\r\n".utf8))
                }
                guard connection.write("0\r\n\r\n") else { return }
            }
        }
        let loop = try TransferLoop()
        // Twice: the second comes over the same handle and decoder.
        for _ in 0..<2 {
            let outcome = try loop.fetch(request(server.url) { $0.acceptsCompression = true })
            #expect(outcome.text == example.want, "\(String(describing: outcome.failure))")
            #expect(outcome.failure?.code == example.code)
            if example.code != nil {
                #expect(outcome.failure?.message == "cannot read \(server.url)/: \(example.reason)")
            }
        }
        #expect(server.requests.allSatisfy { $0["accept-encoding"] == "gzip" })
    }

    @Test func aBombIsKeptToTheLimitAndItsPaddingIsZero() throws {
        let bomb = gzipped([UInt8](repeating: 120, count: 32 << 20))
        let server = try HTTPTestServer(answering: { _ in TestAnswer(headers: ["Content-Encoding: gzip"], body: bomb) })
        let loop = try TransferLoop()
        for limit in [0, 1, 100_000, 6 << 20] {
            let asked = request(server.url) {
                $0.acceptsCompression = true
                $0.bodyLimit = limit
                $0.keepsBodyToLimit = true
            }
            var seen: (Int, Bool, HTTPFailure.Code?)?
            loop.start(asked) { result in
                let start = result.body.baseAddress
                let padding = UnsafeRawBufferPointer(start: start.map { $0 + result.body.count }, count: 64)
                seen = (result.body.count, padding.allSatisfy { $0 == 0 }, result.failure?.code)
            }
            try loop.turnUntilIdle()
            #expect(seen?.0 == limit)
            #expect(seen?.1 == true)
            #expect(seen?.2 == .tooLarge)
        }
    }

    @Test func anAnswerWithoutBodyNeedsNoCompression() throws {
        let server = try HTTPTestServer(answering: { _ in TestAnswer(headers: ["Content-Encoding: gzip"]) })
        var head = HTTPRequest("HEAD", url: server.url)
        head.acceptsCompression = true
        #expect(try TransferLoop().fetch(head).failure == nil)
    }

    @Test func aStreamIsNotAskedForCompressed() throws {
        let server = try HTTPTestServer(answering: { TestAnswer($0["accept-encoding"] ?? "none") })
        let loop = try TransferLoop()
        var text = ""
        let prepared = try PreparedRequest(request(server.url) { $0.acceptsCompression = true })
        loop.start(
            prepared,
            onBody: { bytes in
                text += String(decoding: bytes, as: UTF8.self)
                return .proceed
            }, completion: { _ in })
        try loop.turnUntilIdle()
        #expect(text == "none")
    }
}
