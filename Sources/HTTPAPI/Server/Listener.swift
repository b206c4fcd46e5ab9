import Glibc
import Model

/// A socket that listens, and where.
struct Listener {
    var socket: Int32
    var address: ListenAddress

    /// Binds and listens. Every failure is one line that says what to do about it.
    init(_ wanted: ListenAddress) throws(UserError) {
        var reason = "no such address"
        for candidate in try Listener.candidates(wanted) {
            do {
                self = try Listener(candidate, wanted)
                return
            } catch {
                reason = error.message
            }
        }
        throw UserError("cannot listen on \(wanted): \(reason)")
    }

    private struct Candidate {
        var family: Int32
        var address: sockaddr_storage
        var length: socklen_t
    }

    /// Every address a host stands for. Without a host, first all of IPv6 and IPv4 in one, then IPv4 for a machine without
    /// IPv6.
    private static func candidates(_ wanted: ListenAddress) throws(UserError) -> [Candidate] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(wanted.host.isEmpty ? nil : wanted.host, String(wanted.port), &hints, &list)
        guard failure == 0 else {
            throw UserError("cannot listen on \(wanted): \(String(cString: gai_strerror(failure)))")
        }
        defer { freeaddrinfo(list) }
        var found: [Candidate] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ai_next
            var candidate = Candidate(
                family: entry.pointee.ai_family, address: sockaddr_storage(), length: entry.pointee.ai_addrlen)
            guard let address = entry.pointee.ai_addr, Int(candidate.length) <= MemoryLayout<sockaddr_storage>.size
            else { continue }
            withUnsafeMutableBytes(of: &candidate.address) { room in
                room.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(candidate.length)))
            }
            found.append(candidate)
        }
        if !wanted.host.isEmpty { return found }
        return found.filter { $0.family == AF_INET6 } + found.filter { $0.family != AF_INET6 }
    }

    private init(_ candidate: Candidate, _ wanted: ListenAddress) throws(UserError) {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let socket = Glibc.socket(candidate.family, type, 0)
        guard socket >= 0 else { throw UserError(errorText(errno)) }
        Listener.set(socket, Int32(SOL_SOCKET), SO_REUSEADDR, 1)
        if candidate.family == AF_INET6 {
            Listener.set(socket, Int32(IPPROTO_IPV6), IPV6_V6ONLY, wanted.host.isEmpty ? 0 : 1)
        }
        let bound = withUnsafeBytes(of: candidate.address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { bind(socket, $0.baseAddress, candidate.length) }
        }
        guard bound == 0, listen(socket, 512) == 0 else {
            let reason = Listener.explained(errno, wanted)
            close(socket)
            throw UserError(reason)
        }
        self.socket = socket
        address = ListenAddress(host: wanted.host, port: Listener.boundPort(socket) ?? wanted.port)
    }

    private static func set(_ socket: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func explained(_ number: Int32, _ wanted: ListenAddress) -> String {
        switch number {
        case EADDRINUSE: "the port is in use by another program"
        case EACCES: "not allowed; ports below 1024 need a privilege"
        case EADDRNOTAVAIL: "this machine does not have the address"
        default: errorText(number)
        }
    }

    private static func boundPort(_ socket: Int32) -> UInt16? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &address) { bytes -> UInt16? in
            let failed = bytes.withMemoryRebound(to: sockaddr.self) { getsockname(socket, $0.baseAddress, &length) }
            guard failed == 0 else { return nil }
            // The port stands at the same place in the addresses of both families.
            return UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        }
    }
}
