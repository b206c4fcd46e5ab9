import Model

/// `tls_config`: how a client does TLS. Paths are ready to be opened.
public struct TLSClientSection: ConfigurationSection, Hashable {
    /// A version of TLS.
    public enum Version: String, Sendable, CaseIterable {
        /// TLS 1.0
        case tls10 = "TLS10"
        /// TLS 1.1
        case tls11 = "TLS11"
        /// TLS 1.2
        case tls12 = "TLS12"
        /// TLS 1.3
        case tls13 = "TLS13"
    }

    /// The certificates that are trusted, as PEM text.
    public var ca: String?
    /// The file of the certificates that are trusted.
    public var caFile: String?
    /// The client's own certificate, as PEM text.
    public var cert: String?
    /// The file of the client's own certificate.
    public var certFile: String?
    /// The client's own key: PEM text, or its file.
    public var key: Secret?
    /// The name that the server's certificate must have, when it is not the host's.
    public var serverName: String?
    /// Whether the server's certificate is taken unseen.
    public var insecureSkipVerify = false
    /// The oldest version accepted.
    public var minVersion: Version?
    /// The newest version accepted.
    public var maxVersion: Version?

    /// TLS as the system does it.
    public init() {}

    /// Reads the section.
    public init(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        ca = fields.string("ca")
        caFile = fields.path("ca_file")
        cert = fields.string("cert")
        certFile = fields.path("cert_file")
        key = fields.secret("key")
        serverName = fields.string("server_name")
        insecureSkipVerify = fields.bool("insecure_skip_verify") ?? false
        minVersion = fields.choice("min_version", "TLS version")
        maxVersion = fields.choice("max_version", "TLS version")
        for (inline, file) in [(ca, caFile), (cert, certFile)] where inline != nil && file != nil {
            context.fail("a certificate is given both as text and as a file", at: fields.place)
        }
        if (cert == nil && certFile == nil) != (key == nil) {
            let missing = key == nil ? "key_file" : "cert_file"
            context.fail("a client certificate and its key go together: `\(missing)` is missing", at: fields.place)
        }
        if let minVersion, let maxVersion, minVersion.rawValue > maxVersion.rawValue {
            context.fail("min_version is above max_version", at: fields.place(of: "min_version"))
        }
        fields.finish(notYet: ["ca_ref", "cert_ref", "key_ref"])
    }
}
