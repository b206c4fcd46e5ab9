import HTTPClient
import Model
import Synchronization
import TestSupport
import Testing
import Threads

/// The loop itself: many at once, reuse, cancelling, starting from everywhere.
@Suite struct TransferLoopTests {
    private func greeter() throws -> HTTPTestServer {
        try HTTPTestServer(answering: { TestAnswer($0.path) })
    }

    @Test func aThousandAtOnce() throws {
        // Every request is answered only when all have come: they truly run side by side.
        let arrived = Mutex(0)
        let gate = Gate()
        let server = try HTTPTestServer { connection in
            guard let request = connection.readRequest() else { return }
            let count = arrived.withLock { count in
                count += 1
                return count
            }
            if count == 1000 { gate.open() }
            gate.wait()
            connection.write(TestAnswer(request.path).bytes)
        }
        let loop = try TransferLoop()
        var answers: Set<String> = []
        for n in 0..<1000 {
            loop.start(HTTPRequest(url: "\(server.url)/\(n)")) { result in
                answers.insert(String(decoding: result.body, as: UTF8.self))
            }
        }
        #expect(loop.activeCount == 1000)
        try loop.turnUntilIdle()
        #expect(answers == Set((0..<1000).map { "/\($0)" }))
    }

    @Test func connectionsAreKept() throws {
        let server = try greeter()
        let loop = try TransferLoop()
        let prepared = try PreparedRequest(HTTPRequest(url: "\(server.url)/again"))
        for _ in 0..<20 {
            var text = ""
            loop.start(prepared) { text = String(decoding: $0.body, as: UTF8.self) }
            try loop.turnUntilIdle()
            #expect(text == "/again")
        }
        #expect(server.connectionCount == 1)
        let fresh = try loop.fetch(request(server.url) { $0.usesFreshConnection = true })
        #expect(fresh.text == "/")
        #expect(server.connectionCount == 2)
        // The kept one is still there.
        #expect(try loop.fetch(server.url).text == "/")
        #expect(server.connectionCount == 2)
    }

    @Test func connectionsAreKeptUpToTheLimit() throws {
        func connections(keeping limit: Int) throws -> Int {
            let servers = try (0..<4).map { _ in try greeter() }
            let loop = try TransferLoop()
            loop.keptConnections = limit
            for _ in 0..<3 { for server in servers { #expect(try loop.fetch(server.url).text == "/") } }
            return servers.map(\.connectionCount).reduce(0, +)
        }
        #expect(try connections(keeping: 4) == 4)
        #expect(try connections(keeping: 2) > 4)
    }

    @Test func connectionClosedMeanwhileIsReplaced() throws {
        // Each connection serves one request, says nothing of it, and closes.
        let server = try HTTPTestServer { connection in
            guard let request = connection.readRequest() else { return }
            connection.write(TestAnswer(request.path).bytes)
        }
        let loop = try TransferLoop()
        for n in 0..<10 { #expect(try loop.fetch("\(server.url)/\(n)").text == "/\(n)") }
        #expect(server.connectionCount == 10)
    }

    @Test func connectionThatDiesUnderTheRequestIsReplaced() throws {
        // The first connection reads its second request and dies without a word.
        let server = try HTTPTestServer { connection in
            while let request = connection.readRequest() {
                if connection.number == 1, request.path == "/2" { return connection.resetOnClose() }
                connection.write(TestAnswer(request.path).bytes)
            }
        }
        let loop = try TransferLoop()
        #expect(try loop.fetch("\(server.url)/1").text == "/1")
        #expect(try loop.fetch("\(server.url)/2").text == "/2")
        #expect(server.requests.map(\.path) == ["/1", "/2", "/2"])
        #expect(server.requests.map(\.connection) == [1, 1, 2])
    }

    @Test func bodyHasZerosBehindIt() throws {
        let bodies = [0, 1, 63, 4032, 4096, 100_000, 17, 0].map { [UInt8](repeating: 255, count: $0) }
        let next = Mutex(bodies)
        let server = try HTTPTestServer(answering: { _ in TestAnswer(body: next.withLock { $0.removeFirst() }) })
        let loop = try TransferLoop()
        for body in bodies {
            var seen: [UInt8] = []
            loop.start(HTTPRequest(url: server.url)) { result in
                guard let start = result.body.baseAddress else { return }
                seen = Array(
                    UnsafeRawBufferPointer(start: start, count: result.body.count + HTTPTransferResult.padding))
            }
            try loop.turnUntilIdle()
            #expect(seen == body + [UInt8](repeating: 0, count: HTTPTransferResult.padding))
        }
    }

    @Test func chunkedBodyAndTrailers() throws {
        let server = try HTTPTestServer { connection in
            while connection.readRequest() != nil {
                connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n")
                for part in ["3\r\nabc\r\n", "2;ext=1\r\nde\r\n", "0\r\nX-A: 2\r\nX-B: 3\r\n\r\n"] {
                    connection.write(part)
                }
            }
        }
        let loop = try TransferLoop()
        for _ in 0..<2 {
            let outcome = try loop.fetch(server.url)
            #expect(outcome.text == "abcde")
            #expect(outcome.response?["x-a"] == "1")
            #expect(outcome.response?["x-b"] == nil)
        }
        #expect(server.connectionCount == 1)
    }

    @Test func startedFromInsideACompletion() throws {
        let server = try greeter()
        let loop = try TransferLoop()
        var seen: [String] = []
        func next(_ n: Int) {
            loop.start(HTTPRequest(url: "\(server.url)/\(n)")) { result in
                seen.append(String(decoding: result.body, as: UTF8.self))
                if n < 5 { next(n + 1) }
            }
        }
        next(1)
        try loop.turnUntilIdle()
        #expect(seen == ["/1", "/2", "/3", "/4", "/5"])
    }

    @Test func cancelledFromOutside() throws {
        let server = try HTTPTestServer { $0.linger() }
        let loop = try TransferLoop()
        var codes: [HTTPFailure.Code?] = []
        let waiting = loop.start(HTTPRequest(url: server.url)) { codes.append($0.failure?.code) }
        while server.connectionCount == 0 { try loop.turn(waitingAtMost: 10) }
        let unstarted = loop.start(HTTPRequest(url: server.url)) { codes.append($0.failure?.code) }
        loop.cancel(waiting)
        loop.cancel(unstarted)
        loop.cancel(waiting)
        #expect(codes.isEmpty)
        #expect(loop.activeCount == 2)
        try loop.turn(waitingAtMost: 10_000)
        #expect(codes == [.cancelled, .cancelled])
        #expect(loop.activeCount == 0)
        loop.cancel(waiting)
        try loop.turn(waitingAtMost: 0)
        #expect(codes.count == 2)
    }

    @Test func cancelledFromInsideACompletion() throws {
        let hanging = try HTTPTestServer { $0.linger() }
        let server = try greeter()
        let loop = try TransferLoop()
        var codes: [HTTPFailure.Code?] = []
        let others = (0..<3).map { _ in loop.start(HTTPRequest(url: hanging.url)) { codes.append($0.failure?.code) } }
        var own: TransferID?
        own = loop.start(HTTPRequest(url: server.url)) { result in
            codes.append(result.failure?.code)
            for id in others { loop.cancel(id) }
            if let own { loop.cancel(own) }
        }
        try loop.turnUntilIdle()
        #expect(codes == [nil, .cancelled, .cancelled, .cancelled])
    }

    @Test func turningWithinATurnIsRefused() throws {
        let server = try greeter()
        let loop = try TransferLoop()
        var refused = false
        loop.start(HTTPRequest(url: server.url)) { _ in
            do { try loop.turn(waitingAtMost: 0) } catch { refused = true }
        }
        try loop.turnUntilIdle()
        #expect(refused)
    }

    @Test func loopGoesWithTransfersUnderWay() throws {
        let server = try HTTPTestServer { $0.linger() }
        var called = false
        do {
            let loop = try TransferLoop()
            loop.start(HTTPRequest(url: server.url)) { _ in called = true }
            while server.connectionCount == 0 { try loop.turn(waitingAtMost: 10) }
        }
        #expect(!called)
    }

    @Test func wakerEndsTheWait() throws {
        let loop = try TransferLoop()
        let waker = loop.waker
        waker.wake()
        try loop.turn(waitingAtMost: 1_000_000_000)
        try startThread(name: "waking") { waker.wake() }
        try loop.turn(waitingAtMost: 1_000_000_000)
        // Each wake ends one wait, not all that follow.
        let before = monotonicNanoseconds()
        try loop.turn(waitingAtMost: 20)
        #expect(monotonicNanoseconds() - before >= 20_000_000)
    }

    @Test func streamInChunks() throws {
        let server = try HTTPTestServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\nX-Kind: watch\r\n\r\n")
            for part in ["one\n", "two\n", "three\n"] { connection.write(part) }
        }
        let loop = try TransferLoop()
        var log: [String] = []
        var text = ""
        loop.start(
            try PreparedRequest(HTTPRequest(url: server.url)), onHead: { log.append($0["x-kind"] ?? "-") },
            onBody: { bytes in
                text += String(decoding: bytes, as: UTF8.self)
                return .proceed
            }, completion: { log.append("\($0.failure?.code, default: "well") \($0.body.count)") })
        try loop.turnUntilIdle()
        #expect(log == ["watch", "well 0"])
        #expect(text == "one\ntwo\nthree\n")
    }

    @Test func aStreamHasOneHeadWhateverCameBeforeIt() throws {
        let server = try HTTPTestServer { connection in
            while let request = connection.readRequest() {
                connection.write("HTTP/1.1 103 Early Hints\r\nX-A: early\r\n\r\n")
                let isFirst = request.path == "/"
                connection.write(
                    TestAnswer(isFirst ? 302 : 200, headers: ["Location: /b", "X-A: \(request.path)"]).bytes)
            }
        }
        let loop = try TransferLoop()
        for (limit, expected) in [(1, "200 /b"), (0, "302 /")] {
            var heads: [String] = []
            loop.start(
                try PreparedRequest(request(server.url) { $0.redirectLimit = limit }),
                onHead: { heads.append("\($0.status) \($0["x-a"] ?? "-")") }, onBody: { _ in .proceed },
                completion: { _ in })
            try loop.turnUntilIdle()
            #expect(heads == [expected])
        }
    }

    @Test func streamAborted() throws {
        let server = try HTTPTestServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\n\r\n")
            while connection.write("more\n") {}
        }
        let loop = try TransferLoop()
        var code: HTTPFailure.Code?
        loop.start(
            try PreparedRequest(HTTPRequest(url: server.url)), onBody: { _ in .abort },
            completion: { code = $0.failure?.code })
        try loop.turnUntilIdle()
        #expect(code == .cancelled)
    }

    @Test func streamPausedAndResumed() throws {
        let server = try HTTPTestServer(answering: { _ in TestAnswer(String(repeating: "0123456789", count: 100_000)) })
        let loop = try TransferLoop()
        var text: [UInt8] = []
        var offers = 0
        var isDone = false
        let id = loop.start(
            try PreparedRequest(HTTPRequest(url: server.url)),
            onBody: { bytes in
                offers += 1
                if offers % 8 == 1 { return .pause }
                text += bytes
                return .proceed
            }, completion: { isDone = $0.failure == nil })
        while !isDone {
            try loop.turn(waitingAtMost: 20)
            // Nothing is offered while it pauses.
            if offers % 8 == 1 {
                let before = offers
                try loop.turn(waitingAtMost: 0)
                #expect(offers == before)
                loop.resume(id)
            }
        }
        #expect(text == Array(String(repeating: "0123456789", count: 100_000).utf8))
    }

    @Test func cancelAndStartFromInsideABodyCallback() throws {
        let server = try HTTPTestServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 200 OK\r\n\r\nx")
            connection.linger()
        }
        let other = try greeter()
        let loop = try TransferLoop()
        var log: [String] = []
        var id: TransferID?
        id = loop.start(
            try PreparedRequest(HTTPRequest(url: server.url)),
            onBody: { _ in
                if let id { loop.cancel(id) }
                loop.start(HTTPRequest(url: other.url)) { log.append("other \($0.status)") }
                return .proceed
            }, completion: { log.append("\($0.failure?.code, default: "well")") })
        try loop.turnUntilIdle()
        #expect(log == ["cancelled", "other 200"])
    }

    @Test func timingsOfNewAndKeptConnections() throws {
        let server = try greeter()
        let loop = try TransferLoop()
        let first = try #require(try loop.fetch(server.url).response).timings
        #expect(first.connect > 0)
        #expect(first.firstByte >= first.connect)
        #expect(first.total >= first.firstByte)
        #expect(first.tls == 0)
        let second = try #require(try loop.fetch(server.url).response).timings
        #expect(second.connect == 0)
        #expect(second.firstByte > 0)
    }
}
