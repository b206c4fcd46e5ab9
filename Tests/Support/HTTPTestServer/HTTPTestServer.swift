import Glibc
import Synchronization
import Threads

/// An HTTP server for tests that does exactly what a test tells it, however wrong. It listens on 127.0.0.1 at a port the
/// kernel chooses, serves each connection on a thread of its own, and ends with the last reference to it.
public final class HTTPTestServer: Sendable {
    /// What to do with a connection. When it returns the connection is closed.
    public typealias Behaviour = @Sendable (TestConnection) -> Void

    /// `http://127.0.0.1:PORT`
    public var url: String { "http://127.0.0.1:\(core.port)" }
    /// The port.
    public var port: UInt16 { core.port }
    /// How many connections were accepted so far.
    public var connectionCount: Int { core.state.withLock { $0.accepted } }
    /// Every request that was read so far, in order.
    public var requests: [TestRequest] { core.state.withLock { $0.requests } }

    private let core: Core

    /// A server that does this with each connection.
    public init(_ behaviour: @escaping Behaviour) throws {
        core = try Core(behaviour)
        try core.start()
    }

    /// A server that answers each request, and keeps connections open as the client wishes.
    public convenience init(answering answer: @escaping @Sendable (TestRequest) -> TestAnswer) throws {
        try self.init { connection in
            while let request = connection.readRequest() {
                guard connection.write(answer(request).bytes) else { return }
            }
        }
    }

    deinit {
        stop()
    }

    /// Stops listening and breaks every connection.
    public func stop() {
        core.stop()
    }
}

/// What the threads of a server share.
final class Core: Sendable {
    struct State {
        var accepted = 0
        var requests: [TestRequest] = []
        var open: Set<Int32> = []
        var isStopped = false
    }

    let state = Mutex(State())
    let port: UInt16
    private let listener: Int32
    private let behaviour: HTTPTestServer.Behaviour

    init(_ behaviour: @escaping HTTPTestServer.Behaviour) throws {
        self.behaviour = behaviour
        (listener, port) = try listen(backlog: 1024)
    }

    deinit {
        close(listener)
    }

    func start() throws {
        try startThread(name: "test-server") { self.acceptAll() }
    }

    func stop() {
        state.withLock { state in
            state.isStopped = true
            for socket in state.open { shutdown(socket, Int32(SHUT_RDWR)) }
        }
        // Ends the accept that waits.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func end(_ socket: Int32) {
        // Forgotten before it is closed: its number may be another's a moment later.
        state.withLock { _ = $0.open.remove(socket) }
        close(socket)
    }

    private func acceptAll() {
        while true {
            let socket = accept(listener, nil, nil)
            guard socket >= 0 else { return }
            let number = state.withLock { state -> Int? in
                if state.isStopped { return nil }
                state.accepted += 1
                state.open.insert(socket)
                return state.accepted
            }
            guard let number else {
                close(socket)
                return
            }
            do {
                try startThread(name: "test-connection") { [behaviour] in
                    behaviour(TestConnection(socket: socket, number: number, core: self))
                    self.end(socket)
                }
            } catch {
                end(socket)
            }
        }
    }
}

/// A port of 127.0.0.1 on which nobody ever accepts, with its queue of connections full: who connects waits for ever.
public final class FullTestPort: Sendable {
    /// `http://127.0.0.1:PORT`
    public let url: String
    private let sockets: [Int32]

    /// Opens the port and fills its queue.
    public init() throws {
        let (listener, port) = try listen(backlog: 0)
        url = "http://127.0.0.1:\(port)"
        var sockets = [listener]
        for _ in 0..<4 {
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            _ = withLoopback(port) { connect(client, $0, $1) }
            sockets.append(client)
        }
        self.sockets = sockets
    }

    deinit {
        for socket in sockets { close(socket) }
    }
}

/// Something the machine refused.
public struct TestSetupError: Error {
    /// What.
    public let message: String
}

/// A listening socket on 127.0.0.1 and its port.
func listen(backlog: Int32) throws -> (socket: Int32, port: UInt16) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard withLoopback(0, { bind(listener, $0, $1) }) == 0, Glibc.listen(listener, backlog) == 0 else {
        throw TestSetupError(message: "cannot listen: \(String(cString: strerror(errno)))")
    }
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutableBytes(of: &address) { bytes in
        _ = getsockname(listener, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
    }
    return (listener, UInt16(bigEndian: address.sin_port))
}

func withLoopback(_ port: UInt16, _ body: (UnsafePointer<sockaddr>?, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafeBytes(of: &address) { bytes in
        body(bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
}
