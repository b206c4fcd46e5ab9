import CMicrohttpd
import Glibc
import Model
import Synchronization

/// A connection, from its acceptance to its end.
final class OpenConnection: Sendable {
    /// The kernel's number for its socket.
    let socket: Int32
    /// The client's address.
    let peer: String
    /// Whether it is one too many: it is told so and closed.
    let surplus: Bool
    /// When it is to be cut off, in monotonic nanoseconds; 0 for never.
    private let deadline: Atomic<UInt64>

    init(socket: Int32, peer: String, surplus: Bool, deadline: UInt64) {
        self.socket = socket
        self.peer = peer
        self.surplus = surplus
        self.deadline = Atomic(deadline)
    }

    /// Sets when it is to be cut off.
    func cutOff(at time: UInt64) { deadline.store(time, ordering: .relaxed) }

    /// It is our turn: the client cannot be late.
    func keep() { deadline.store(0, ordering: .relaxed) }

    /// Grants more time for bytes that have arrived.
    func extend(by nanoseconds: UInt64) { deadline.wrappingAdd(nanoseconds, ordering: .relaxed) }

    /// Whether its time is over, or the client has nothing more to say while it is the client's turn. The library learns of the
    /// latter from the arrival of the end alone: one that came together with the last request has gone by unseen.
    func isOver(at now: UInt64) -> Bool {
        let time = deadline.load(ordering: .relaxed)
        if time == 0 { return false }
        if time <= now { return true }
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0
    }
}

/// The connections that are open.
final class ConnectionTable: Sendable {
    private let connections = Mutex<[ObjectIdentifier: OpenConnection]>([:])

    /// How many there are.
    var count: Int { connections.withLock { $0.count } }

    func add(_ connection: OpenConnection) {
        connections.withLock { $0[ObjectIdentifier(connection)] = connection }
    }

    /// Forgets a connection. Only after this may its socket be closed: the number may then stand for another one.
    func remove(_ connection: OpenConnection) {
        connections.withLock { $0[ObjectIdentifier(connection)] = nil }
    }

    /// Cuts off the connections that are over, and returns how many these were. The library sees their end like that of a
    /// client which has left, and closes them.
    func cutOff(at now: UInt64) -> Int {
        connections.withLock { connections in
            var count = 0
            for connection in connections.values where connection.isOver(at: now) {
                connection.keep()
                shutdown(connection.socket, Int32(SHUT_RDWR))
                count += 1
            }
            return count
        }
    }
}

/// The address of a client without its port.
func peerName(_ address: UnsafePointer<sockaddr>?) -> String {
    guard let address else { return "" }
    let length =
        address.pointee.sa_family == UInt16(AF_INET6) ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    guard getnameinfo(address, socklen_t(length), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else {
        return ""
    }
    let name = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // A client of IPv4 on a socket of IPv6.
    return name.hasPrefix("::ffff:") ? String(name.dropFirst(7)) : name
}
