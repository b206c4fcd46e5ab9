import Foundation

/// An answer over HTTP.
struct Answer {
    let status: Int
    /// Names in lower case.
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
}

/// One GET over a socket of its own, or one POST of a form, read to the end: small enough that nothing stands between a test
/// and the server.
func request(
    port: UInt16, path: String, headers: [String: String] = [:], form: String? = nil, within seconds: Int = 20
) throws -> Answer {
    let descriptor = try connected(to: port, within: seconds)
    defer { close(descriptor) }
    let method = form == nil ? "GET" : "POST"
    var text = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
    if let form {
        text += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(form.utf8.count)\r\n"
    }
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    try send(Array((text + "\r\n" + (form ?? "")).utf8), to: descriptor)
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = recv(descriptor, &piece, piece.count, 0)
        if count < 0 { throw Failure("cannot read the answer to \(path): \(String(cString: strerror(errno)))") }
        if count == 0 { break }
        all += piece[..<count]
    }
    return try parsed(all, path)
}

/// A socket connected to a port of this machine, with time limits.
func connected(to port: UInt16, within seconds: Int = 20) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let result = withAddress(port: port) { connect(descriptor, $0, $1) }
    guard result == 0 else {
        let reason = String(cString: strerror(errno))
        close(descriptor)
        throw Failure("cannot connect to port \(port): \(reason)")
    }
    return descriptor
}

/// 127.0.0.1 with a port, in the form the socket calls want.
func withAddress<T>(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
}

func send(_ bytes: [UInt8], to descriptor: Int32) throws {
    var at = 0
    while at < bytes.count {
        let sent = bytes[at...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard sent > 0 else { throw Failure("cannot send: \(String(cString: strerror(errno)))") }
        at += sent
    }
}

private func parsed(_ all: [UInt8], _ path: String) throws -> Answer {
    guard let end = all.firstRange(of: Array("\r\n\r\n".utf8)) else {
        throw Failure("no whole head in the answer to \(path): \(String(decoding: all.prefix(200), as: UTF8.self))")
    }
    let lines = String(decoding: all[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    let first = lines[0].split(separator: " ")
    guard first.count >= 2, let status = Int(first[1]) else { throw Failure("no status: \(lines[0])") }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
        guard let colon = line.firstIndex(of: ":") else { continue }
        let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        headers[line[..<colon].lowercased()] = value
    }
    let body = Array(all[end.upperBound...])
    if headers["transfer-encoding"]?.lowercased() == "chunked" {
        return Answer(status: status, headers: headers, body: try unchunked(body[...], path))
    }
    if let length = headers["content-length"].flatMap(Int.init), length != body.count {
        throw Failure("the answer to \(path) announces \(length) bytes and has \(body.count)")
    }
    return Answer(status: status, headers: headers, body: body)
}

private func unchunked(_ bytes: ArraySlice<UInt8>, _ path: String) throws -> [UInt8] {
    var rest = bytes
    var body: [UInt8] = []
    while true {
        guard let line = rest.firstRange(of: [13, 10]),
            let size = Int(String(decoding: rest[rest.startIndex..<line.lowerBound], as: UTF8.self), radix: 16),
            rest.endIndex - line.upperBound >= size
        else { throw Failure("a chunk is cut off in the answer to \(path)") }
        if size == 0 { return body }
        body += rest[line.upperBound..<line.upperBound + size]
        rest = rest[(line.upperBound + size + 2)...]
    }
}
