import HTTPClient
import TestSupport
import Testing

/// The client for tasks.
@Suite struct HTTPClientTests {
    @Test func manyAtOnce() async throws {
        let server = try HTTPTestServer(answering: { TestAnswer($0.path) })
        let client = try HTTPClient()
        let answers = try await withThrowingTaskGroup(of: String.self) { group in
            for n in 0..<200 {
                group.addTask {
                    String(decoding: try await client.send(HTTPRequest(url: "\(server.url)/\(n)")).body, as: UTF8.self)
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(answers == Set((0..<200).map { "/\($0)" }))
        await client.close()
    }

    @Test func failuresAreThrown() async throws {
        let client = try HTTPClient()
        await #expect(throws: HTTPFailure(.badURL, "cannot read URL x: expected a form like http://host:port/path")) {
            try await client.send(HTTPRequest(url: "x"))
        }
        let server = try HTTPTestServer { _ = $0.readRequest() }
        let failure = await #expect(throws: HTTPFailure.self) { try await client.send(HTTPRequest(url: server.url)) }
        #expect(failure?.code == .truncated)
        #expect(failure?.timings.connect ?? 0 > 0)
        await client.close()
    }

    @Test func cancellingTheTaskEndsTheTransfer() async throws {
        let gone = Gate()
        let server = try HTTPTestServer { connection in
            _ = connection.readRequest()
            if !connection.linger() { gone.open() }
        }
        let client = try HTTPClient()
        let call = Task { try await client.send(HTTPRequest(url: server.url)) }
        while server.requests.isEmpty { await Task.yield() }
        call.cancel()
        let failure = await #expect(throws: HTTPFailure.self) { try await call.value }
        #expect(failure?.code == .cancelled)
        #expect(gone.wait())
        await client.close()
    }

    @Test func aTaskCancelledBeforehandFailsAtOnce() async throws {
        let server = try HTTPTestServer { $0.linger() }
        let client = try HTTPClient()
        let call = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await client.send(HTTPRequest(url: server.url))
        }
        call.cancel()
        let failure = await #expect(throws: HTTPFailure.self) { try await call.value }
        #expect(failure?.code == .cancelled)
        await client.close()
    }

    @Test func closingEndsEveryCall() async throws {
        let server = try HTTPTestServer { connection in
            let isStream = connection.readRequest()?.path == "/stream"
            if isStream { connection.write("HTTP/1.1 200 OK\r\n\r\nfirst") }
            connection.linger()
        }
        let client = try HTTPClient()
        let calls = (0..<10).map { _ in Task { try await client.send(HTTPRequest(url: server.url)) } }
        let stream = try await client.stream(HTTPRequest(url: "\(server.url)/stream"))
        while server.requests.count < 11 { await Task.yield() }
        await client.close()
        await client.close()
        for call in calls {
            let failure = await #expect(throws: HTTPFailure.self) { try await call.value }
            #expect(failure?.code == .closed)
        }
        var text = ""
        let failure = await #expect(throws: HTTPFailure.self) {
            for try await chunk in stream { text += String(decoding: chunk, as: UTF8.self) }
        }
        #expect(failure?.code == .closed)
        #expect(text == "first" || text.isEmpty)
        let late = await #expect(throws: HTTPFailure.self) { try await client.send(HTTPRequest(url: server.url)) }
        #expect(late?.message == "cannot fetch \(server.url)/: the client is closed")
    }

    @Test func aClientThatIsDroppedEndsItsThread() async throws {
        let gone = Gate()
        let server = try HTTPTestServer { connection in
            while connection.readRequest() != nil { connection.write(TestAnswer("x").bytes) }
            gone.open()
        }
        _ = try await HTTPClient().send(HTTPRequest(url: server.url))
        // The kept connection goes with the loop, and the loop with its thread.
        #expect(gone.wait())
    }

    @Test func streamIsReadToItsEnd() async throws {
        let server = try HTTPTestServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nX-Kind: watch\r\n\r\n")
            for n in 0..<50 { connection.write("line \(n)\n") }
        }
        let client = try HTTPClient()
        let stream = try await client.stream(HTTPRequest(url: server.url))
        #expect(stream.head.status == 200)
        #expect(stream.head["x-kind"] == "watch")
        var text = ""
        for try await chunk in stream { text += String(decoding: chunk, as: UTF8.self) }
        #expect(text == (0..<50).map { "line \($0)\n" }.joined())
        await client.close()
    }

    @Test func theHeadOfAStreamComesBeforeItsBody() async throws {
        let read = Gate()
        let server = try HTTPTestServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n\r\n")
            if read.wait() { connection.write("late") }
        }
        let client = try HTTPClient()
        let stream = try await client.stream(HTTPRequest(url: server.url))
        read.open()
        #expect(try await stream.reduce(into: []) { $0 += $1 } == Array("late".utf8))
        await client.close()
    }

    @Test func aReaderThatIsSlowHoldsTheServerBack() async throws {
        // Far more than the buffer of the stream and those of the sockets together.
        let size = 64 << 20
        let written = Counter()
        let server = try HTTPTestServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            let block = [UInt8](repeating: 1, count: 1 << 20)
            while written.value < size, connection.write(block) { written.add(block.count) }
        }
        let client = try HTTPClient()
        var request = HTTPRequest(url: server.url)
        request.bodyLimit = nil
        // The reader waits on purpose: how long all of it takes says nothing.
        request.timeout = 0
        let stream = try await client.stream(request)
        // Until the server is stuck: it has written nothing for a while.
        var last = -1
        while written.value != last {
            last = written.value
            Gate().wait(milliseconds: 300)
        }
        #expect(last < size / 2)
        var count = 0
        for try await chunk in stream { count += chunk.count }
        #expect(count == size)
        await client.close()
    }

    @Test func lettingGoOfAStreamEndsTheTransfer() async throws {
        let gone = Gate()
        let server = try HTTPTestServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n\r\nx")
            if !connection.linger() { gone.open() }
        }
        let client = try HTTPClient()
        do {
            let stream = try await client.stream(HTTPRequest(url: server.url))
            for try await _ in stream { break }
        }
        #expect(gone.wait())
        await client.close()
    }

    @Test func cancellingTheReaderEndsTheStream() async throws {
        let server = try HTTPTestServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n\r\n")
            connection.linger()
        }
        let client = try HTTPClient()
        let stream = try await client.stream(HTTPRequest(url: server.url))
        let reader = Task { for try await _ in stream {} }
        await Task.yield()
        reader.cancel()
        let failure = await #expect(throws: HTTPFailure.self) { try await reader.value }
        #expect(failure?.code == .cancelled)
        await client.close()
    }

    @Test func aStreamThatNeverBeginsFails() async throws {
        let server = try HTTPTestServer { _ = $0.readRequest() }
        let client = try HTTPClient()
        let failure = await #expect(throws: HTTPFailure.self) {
            _ = try await client.stream(HTTPRequest(url: server.url))
        }
        #expect(failure?.code == .truncated)
        await client.close()
    }
}
