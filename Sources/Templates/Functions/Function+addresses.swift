import Glibc
import Model

extension Function {
    /// What cuts the names of hosts.
    static let addresses = [
        Function("stripPort", 1) { (_, given) throws(TemplateFault) in
            let address = try text(given[0])
            return .text(hostAndPort(address)?.host ?? address)
        },
        Function("stripDomain", 1) { (_, given) throws(TemplateFault) in
            let address = try text(given[0])
            let parts = hostAndPort(address)
            let host = parts?.host ?? address
            if isIPAddress(host) { return .text(address) }
            let name = String(host.prefix { $0 != "." })
            guard let port = parts?.port, !port.isEmpty else { return .text(name) }
            return .text(name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)")
        },
    ]
}

/// The parts of `host:port` and `[host]:port`; nil for anything else.
private func hostAndPort(_ address: String) -> (host: String, port: String)? {
    guard let colon = address.lastIndex(of: ":") else { return nil }
    let port = String(address[address.index(after: colon)...])
    var host = address[..<colon]
    if host.hasPrefix("[") {
        guard host.hasSuffix("]") else { return nil }
        host = host.dropFirst().dropLast()
    } else if host.contains(":") {
        return nil
    }
    let brackets: (Character) -> Bool = { $0 == "[" || $0 == "]" }
    return host.contains(where: brackets) || port.contains(where: brackets) ? nil : (String(host), port)
}

private func isIPAddress(_ host: String) -> Bool {
    // The zone of an address is no part of it for Go, and for C neither.
    var address = in6_addr()
    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1
}
