/// Whom to trust on `https`, and what to show of ourselves.
public struct TLSOptions: Sendable, Hashable {
    /// The authorities to trust instead of the system's.
    public var authorities: TLSMaterial?
    /// The certificate to show when asked for one, in PEM.
    public var certificate: TLSMaterial?
    /// The certificate's private key, in PEM.
    public var key: TLSMaterial?
    /// The name to ask for and to verify, where it is not the host in the URL.
    public var serverName: String?
    /// Whether to talk to whoever answers, verified or not.
    public var skipsVerification = false
    /// The oldest version to accept.
    public var minimumVersion = TLSVersion.tls12
    /// The newest version to offer; nil is the newest there is.
    public var maximumVersion: TLSVersion?

    /// The system's authorities, TLS 1.2 or newer, everything verified.
    public init() {}
}

/// A certificate or a key in PEM.
public enum TLSMaterial: Sendable, Hashable {
    /// Read from this file whenever a connection needs it, so that a renewed one is noticed.
    case file(String)
    /// The text itself.
    case pem([UInt8])
}

/// A version of TLS.
public enum TLSVersion: Int, Sendable, Hashable, Comparable {
    /// TLS 1.0
    case tls10 = 10
    /// TLS 1.1
    case tls11 = 11
    /// TLS 1.2
    case tls12 = 12
    /// TLS 1.3
    case tls13 = 13

    /// The older one is less.
    public static func < (a: TLSVersion, b: TLSVersion) -> Bool {
        a.rawValue < b.rawValue
    }
}
