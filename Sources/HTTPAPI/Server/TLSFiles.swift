import Glibc
import Model

/// The files that make a server speak TLS, both PEM. They are read when the server starts: rotated files are taken up by
/// starting it again.
public struct TLSFiles: Sendable {
    /// The certificate, and behind it those that lead to its root.
    public var certificate: String
    /// Its private key.
    public var key: String

    /// The paths of the two files.
    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// What the files hold.
struct TLSMaterial {
    var certificate: String
    var key: String

    init(_ files: TLSFiles) throws(UserError) {
        certificate = try readSmallFile(files.certificate, what: "certificate")
        key = try readSmallFile(files.key, what: "key")
    }
}

private func readSmallFile(_ path: String, what: String) throws(UserError) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw UserError("cannot read TLS \(what) \(quoted(path)): \(errorText(errno))") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
        let count = read(descriptor, &piece, piece.count)
        guard count >= 0 else { throw UserError("cannot read TLS \(what) \(quoted(path)): \(errorText(errno))") }
        if count == 0 { break }
        bytes.append(contentsOf: piece[..<count])
        guard bytes.count <= 1024 * 1024 else {
            throw UserError("cannot read TLS \(what) \(quoted(path)): it is too large for one")
        }
    }
    guard !bytes.contains(0) else { throw UserError("cannot read TLS \(what) \(quoted(path)): it is not PEM") }
    return String(decoding: bytes, as: UTF8.self)
}
