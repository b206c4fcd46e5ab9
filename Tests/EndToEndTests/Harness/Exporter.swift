import Foundation
import Synchronization

/// What an exporter answers to one request.
struct Reply: Sendable {
    var status = 200
    var contentType = "text/plain; version=0.0.4; charset=utf-8"
    var headers = ""
    var body: [UInt8]
    var manner = Manner.orderly

    /// The ways in which servers misbehave.
    enum Manner: Sendable {
        case orderly
        /// Announces more than it sends.
        case cutOff
        /// Sends its body again and again and never ends.
        case endless
        /// Takes the request and says nothing.
        case silent
        /// Closes without a word.
        case rude
    }

    init(_ text: String) {
        body = Array(text.utf8)
    }

    init(status: Int, headers: String = "", text: String = "") {
        self.status = status
        self.headers = headers
        body = Array(text.utf8)
    }

    func behaving(_ manner: Manner) -> Reply {
        var changed = self
        changed.manner = manner
        return changed
    }
}

/// A request as it came.
struct Received: Sendable {
    /// The request line and the headers.
    let head: String
    let body: String

    /// The value of a header, by its name in small letters.
    subscript(header: String) -> String? {
        for line in head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == header {
                return parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        return nil
    }
}

/// The next connection of a listening socket, or nil when the socket was shut down.
private func accepted(from listener: Int32) -> Int32? {
    var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, -1) > 0 else { return nil }
    return makingDescriptors.withLock { _ in
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return nil }
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        return connection
    }
}

/// A scrape target inside the test: a thread that answers on 127.0.0.1 with what the test says.
final class Exporter: Sendable {
    /// Makes the answer to the n-th request, counted from 1.
    typealias Script = @Sendable (Int) -> Reply

    private struct State {
        var script: Script
        var requests = 0
        /// When the answer to each request had been sent, on the monotonic clock.
        var answered: [Int: Double] = [:]
        /// The requests themselves, where they are kept.
        var kept: [Received] = []
        var stopped = false
    }

    let port: UInt16
    private let listener: Int32
    private let state: Mutex<State>
    private let keepsRequests: Bool

    init(keepingRequests: Bool = false, _ script: @escaping Script) throws {
        keepsRequests = keepingRequests
        let listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withAddress(port: 0) { bind(listening, $0, $1) }
        guard bound == 0, listen(listening, 64) == 0 else { throw Failure("cannot listen: \(errno)") }
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(listening, $0, &length) }
        }
        port = UInt16(bigEndian: address.sin_port)
        state = Mutex(State(script: script))
        listener = listening
        Thread.detachNewThread { [weak self] in
            // Closed by the thread that uses it: its number must not be given away while it does.
            defer { close(listening) }
            while true {
                guard let connection = accepted(from: listening) else { return }
                guard let self else {
                    close(connection)
                    return
                }
                // A thread a connection: a silent answer must not keep the next request waiting.
                Thread.detachNewThread { self.serve(connection) }
            }
        }
    }

    convenience init(text: String) throws {
        try self.init { _ in Reply(text) }
    }

    deinit {
        stop()
    }

    var address: String { "127.0.0.1:\(port)" }
    var requests: Int { state.withLock { $0.requests } }
    var answered: [Int: Double] { state.withLock { $0.answered } }

    func change(_ script: @escaping Script) {
        state.withLock { $0.script = script }
    }

    /// Stops listening: from now on connections are refused.
    func stop() {
        let isFirst = state.withLock { state in
            defer { state.stopped = true }
            return !state.stopped
        }
        guard isFirst else { return }
        // Ends the listening, and wakes the thread that waits for connections.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private var isStopped: Bool { state.withLock { $0.stopped } }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var received: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 8192)
        // Connections are kept open, as exporters do.
        while !isStopped {
            while received.firstRange(of: Array("\r\n\r\n".utf8)) == nil {
                let count = recv(connection, &piece, piece.count, 0)
                guard count > 0 else { return }
                received += piece[..<count]
            }
            guard let (request, rest) = whole(received, of: connection) else { return }
            let isLast = request.head.lowercased().contains("connection: close")
            received = rest
            if keepsRequests { state.withLock { $0.kept.append(request) } }
            let (number, script) = state.withLock { state in
                state.requests += 1
                return (state.requests, state.script)
            }
            do {
                guard try deliver(script(number), to: connection) else { return }
                state.withLock { $0.answered[number] = monotonicSeconds() }
                if isLast { return }
            } catch {
                // The other side hung up, as it may.
                return
            }
        }
    }

    /// The request that begins with these bytes, with its body, and what came behind it.
    private func whole(_ begun: [UInt8], of connection: Int32) -> (Received, rest: [UInt8])? {
        guard let end = begun.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: begun[..<end.lowerBound], as: UTF8.self)
        var body = Array(begun[end.upperBound...])
        let length = Received(head: head, body: "")["content-length"].flatMap { Int($0) } ?? 0
        var piece = [UInt8](repeating: 0, count: 8192)
        while body.count < length {
            let count = recv(connection, &piece, piece.count, 0)
            guard count > 0 else { return nil }
            body += piece[..<count]
        }
        return (Received(head: head, body: String(decoding: body[..<length], as: UTF8.self)), Array(body[length...]))
    }

    /// The requests that came, where they are kept.
    var received: [Received] { state.withLock { $0.kept } }

    /// Sends a reply; false when the connection is spoilt by it.
    private func deliver(_ reply: Reply, to connection: Int32) throws -> Bool {
        let announced = reply.manner == .cutOff ? reply.body.count + 1000 : reply.body.count
        var head = "HTTP/1.1 \(reply.status) Whatever\r\nContent-Type: \(reply.contentType)\r\n\(reply.headers)"
        if reply.manner != .endless { head += "Content-Length: \(announced)\r\n" }
        switch reply.manner {
        case .silent:
            // Until the other side gives up, or the receive limit is over.
            var byte: UInt8 = 0
            _ = recv(connection, &byte, 1, 0)
            return false
        case .rude:
            return false
        case .orderly, .cutOff:
            try send(Array((head + "\r\n").utf8) + reply.body, to: connection)
            return reply.manner == .orderly
        case .endless:
            try send(Array((head + "Connection: close\r\n\r\n").utf8), to: connection)
            // An end all the same, should nobody hang up: a gigabyte is more than anyone allows.
            for _ in 0..<(1 << 30) / max(1, reply.body.count) where !isStopped {
                try send(reply.body, to: connection)
            }
            return false
        }
    }
}
