import Model

extension HTTPClientSection {
    /// The value of the `Authorization` header, if there is to be one. Secrets in files are read now; throws when one
    /// cannot be.
    public func authorizationHeader() throws(UserError) -> String? {
        if let basicAuth {
            let user = try basicAuth.username.reveal()
            let password = try basicAuth.password.reveal()
            return "Basic " + base64(Array("\(user):\(password)".utf8))
        }
        guard let authorization, let credentials = authorization.credentials else { return nil }
        return try "\(authorization.type) \(credentials.reveal())"
    }
}

/// Bytes in base 64 (RFC 4648).
func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var out: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
        for index in 0..<4 {
            out.append(index <= group.count ? alphabet[bits >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
        }
    }
    return String(decoding: out, as: UTF8.self)
}
