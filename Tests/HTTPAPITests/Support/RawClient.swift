import Foundation
import Model

/// A client that says exactly what it is told to, well-mannered or not. No call of it takes longer than ten seconds.
final class RawClient {
    private let socket: Int32

    init(_ server: UInt16) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = server.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            let reason = String(cString: strerror(errno))
            close(socket)
            throw UserError("cannot connect: \(reason)")
        }
    }

    deinit { close(socket) }

    /// Sends everything; false when the server has closed the connection.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Says that nothing more will be sent.
    func finishSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// What comes, at most so much at once; empty at the end, nil when nothing came in time or the connection was reset.
    func receive(_ most: Int = 65_536) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: most)
        let count = recv(socket, &bytes, most, 0)
        return count < 0 ? nil : Array(bytes[..<count])
    }

    /// Everything until the server closes the connection.
    func receiveAll() -> String {
        var all: [UInt8] = []
        while let bytes = receive(), !bytes.isEmpty { all += bytes }
        return String(decoding: all, as: UTF8.self)
    }

    /// Everything until a text has come.
    func receive(until end: String) -> String {
        var all = ""
        while !all.contains(end), let bytes = receive(), !bytes.isEmpty {
            all += String(decoding: bytes, as: UTF8.self)
        }
        return all
    }

    /// Whether the server has closed the connection, or does within ten seconds.
    var isClosed: Bool {
        while let bytes = receive() {
            if bytes.isEmpty { return true }
        }
        return errno == ECONNRESET
    }
}

/// A request without a body that lets the server close the connection.
func lastRequest(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" }

/// A request without a body.
func request(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n" }
