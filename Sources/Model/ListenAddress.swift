/// Where a server listens: `127.0.0.1:7373`, `[::1]:7373`, `localhost:80`, `:7373` for every address of the machine.
/// Port 0 lets the kernel choose.
public struct ListenAddress: Sendable, Hashable {
    /// The address or name; empty for every address.
    public var host: String
    /// The port.
    public var port: UInt16

    /// An address of its parts; without them the one that Vedette has by itself.
    public init(host: String = "127.0.0.1", port: UInt16 = 7373) {
        self.host = host
        self.port = port
    }

    /// Reads an address as it is written in options and configuration.
    public init(_ text: String) throws(UserError) {
        let wrong = UserError(
            "cannot read listen address \(quoted(text)): expected a form like 127.0.0.1:7373 or :7373")
        guard let colon = text.lastIndex(of: ":") else { throw wrong }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw UserError("cannot read listen address \(quoted(text)): an IPv6 address is written in brackets")
        }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = UInt16(digits)
        else { throw wrong }
        self.init(host: String(host), port: port)
    }
}

extension ListenAddress: CustomStringConvertible {
    /// As it is written.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The URL to open in a browser on this machine.
    public func url(scheme: String) -> String {
        let everywhere = host.isEmpty || host == "0.0.0.0" || host == "::"
        return "\(scheme)://\(ListenAddress(host: everywhere ? "localhost" : host, port: port))/"
    }
}
