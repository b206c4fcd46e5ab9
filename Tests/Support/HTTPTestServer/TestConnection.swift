import Glibc

/// A request as the server read it.
public struct TestRequest: Sendable, Hashable {
    /// `GET` and its like.
    public var method: String
    /// The path with its query.
    public var path: String
    /// In the order they came, names in lower case.
    public var headers: [(name: String, value: String)] { lines.map { ($0[0], $0[1]) } }
    /// The body.
    public var body: [UInt8]
    /// Which connection of the server it came over, from 1.
    public var connection: Int
    private let lines: [[String]]

    /// The value of the first header of this name, given in lower case.
    public subscript(_ name: String) -> String? {
        lines.first { $0[0] == name }?[1]
    }

    init?(head: String, body: [UInt8], connection: Int) {
        var lines = head.split(separator: "\r\n").map(String.init)
        guard !lines.isEmpty else { return nil }
        let words = lines.removeFirst().split(separator: " ")
        guard words.count == 3 else { return nil }
        method = String(words[0])
        path = String(words[1])
        self.lines = lines.map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return [
                parts[0].lowercased(), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "",
            ]
        }
        self.body = body
        self.connection = connection
    }
}

/// A well-formed answer.
public struct TestAnswer: Sendable {
    /// The whole answer as it goes over the wire.
    public var bytes: [UInt8]

    /// An answer with its length.
    public init(_ status: Int = 200, headers: [String] = [], body: [UInt8]) {
        let lines = ["HTTP/1.1 \(status) Answer", "Content-Length: \(body.count)"] + headers
        bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    }

    /// An answer with its length.
    public init(_ status: Int = 200, headers: [String] = [], _ body: String = "") {
        self.init(status, headers: headers, body: Array(body.utf8))
    }

    /// An answer 200 with its length.
    public init(_ body: String) {
        self.init(200, body)
    }
}

/// One connection of a test server, to be used on its own thread. All calls answer false or nil once the client has gone.
public struct TestConnection {
    let socket: Int32
    /// Which connection of the server it is, from 1.
    public let number: Int
    let core: Core

    /// Reads a request: its head, and as much body as Content-Length says.
    public func readRequest() -> TestRequest? {
        var bytes: [UInt8] = []
        let end = Array("\r\n\r\n".utf8)
        var byte: UInt8 = 0
        while !bytes.suffix(4).elementsEqual(end) {
            guard bytes.count < 1 << 20, recv(socket, &byte, 1, 0) == 1 else { return nil }
            bytes.append(byte)
        }
        let head = String(decoding: bytes, as: UTF8.self)
        guard let bare = TestRequest(head: head, body: [], connection: number) else { return nil }
        var body = [UInt8](repeating: 0, count: bare["content-length"].flatMap { Int($0) } ?? 0)
        if !body.isEmpty {
            let received = body.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, Int32(MSG_WAITALL)) }
            guard received == body.count else { return nil }
        }
        let request = TestRequest(head: head, body: body, connection: number)
        if let request { core.state.withLock { $0.requests.append(request) } }
        return request
    }

    /// Reads bytes up to a line feed, and gives them without it and a carriage return before it.
    public func readLine() -> [UInt8]? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while recv(socket, &byte, 1, 0) == 1 {
            if byte == UInt8(ascii: "\n") {
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                return line
            }
            line.append(byte)
        }
        return nil
    }

    /// Writes all bytes.
    @discardableResult
    public func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Writes a text.
    @discardableResult
    public func write(_ text: String) -> Bool {
        write(Array(text.utf8))
    }

    /// Waits until the client closes its side, or that many milliseconds. True while the client is there.
    @discardableResult
    public func linger(atMost milliseconds: Int32 = 10_000) -> Bool {
        // POLLRDHUP, which Swift does not see: what the client sent and nobody read is no close.
        var wish = pollfd(fd: socket, events: 0x2000, revents: 0)
        return poll(&wish, 1, milliseconds) == 0
    }

    /// Makes the close at the end a reset, as of a process that died.
    public func resetOnClose() {
        var option = linger_option(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger_option>.size))
    }
}

/// `struct linger`, whose name Swift sees as that of a method here.
private typealias linger_option = Glibc.linger
