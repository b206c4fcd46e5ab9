import Configuration
import HTTPClient
import Model

extension ClusterAccess {
    /// Where a pod finds the account that it runs as.
    public static let serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// Access as the pod that we run in; nil when we run in none. Throws when its account cannot be read. Reads files.
    public static func inCluster(
        _ environment: [String: String], folder: String = serviceAccountFolder
    ) throws(UserError) -> ClusterAccess? {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"], !port.isEmpty
        else { return nil }
        var access = ClusterAccess(server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)")
        // An empty token means that the account is not mounted: better said now than as a 401.
        let token = try text(of: folder + "/token")
        if token.isEmpty { throw UserError("cannot use the pod's service account: \(folder)/token is empty") }
        access.credential = .tokenFile(folder + "/token")
        access.tls.authorities = .file(folder + "/ca.crt")
        access.namespace = try text(of: folder + "/namespace")
        access.proxy = .none
        return access
    }
}

/// The text of a small file, without blanks around it.
func text(of path: String) throws(UserError) -> String {
    let bytes = try readFile(path, limit: 1 << 20)
    return trimmedBlanks(String(decoding: bytes, as: UTF8.self))
}

/// A text without the blanks around it.
func trimmedBlanks(_ text: String) -> String {
    let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
    let bytes = Array(text.utf8.drop(while: isBlank))
    return String(decoding: bytes[..<((bytes.lastIndex { !isBlank($0) } ?? -1) + 1)], as: UTF8.self)
}
