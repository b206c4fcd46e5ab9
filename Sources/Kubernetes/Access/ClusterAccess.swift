import HTTPClient
import Model

/// Where a cluster's API server is, and as whom it is asked.
public struct ClusterAccess: Sendable, Hashable {
    /// What tells the API server who asks.
    public enum Credential: Sendable, Hashable {
        /// Nothing but the client certificate, if there is one.
        case none
        /// A token as it stands in a kubeconfig.
        case token(String)
        /// A token in a file, which is replaced while we run.
        case tokenFile(String)
        /// A user and a password.
        case basic(user: String, password: String)
        /// A program that says who we are.
        case program(CredentialProgram)
    }

    /// The URL of the API server, without a slash at its end.
    public var server: String
    /// Whom to trust, and what to show.
    public var tls = TLSOptions()
    /// The way to the server.
    public var proxy = HTTPProxy.environment
    /// What tells who asks.
    public var credential = Credential.none
    /// The namespace that is meant where none is said.
    public var namespace: String?

    /// Access to the server at a URL, as nobody.
    public init(server: String) {
        self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
    }

    /// Whether what tells who we are may be sent there: in clear to nobody but this machine.
    var isPrivate: Bool {
        if server.hasPrefix("https://") { return true }
        let authority = server.dropFirst("http://".count).prefix { $0 != "/" }
        if authority.contains("@") { return false }
        if authority == "[::1]" || authority.hasPrefix("[::1]:") { return true }
        let host = authority.prefix { $0 != ":" }
        // A name may look like an address of this machine, and belong to anybody.
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return host == "localhost" || parts.count == 4 && parts[0] == 127 && parts.allSatisfy { $0 != nil }
    }
}

/// A program that prints a credential: an `exec` plugin of a kubeconfig.
public struct CredentialProgram: Sendable, Hashable {
    /// The version of the protocol, such as `client.authentication.k8s.io/v1`.
    public var apiVersion: String
    /// The program and its arguments.
    public var command: [String]
    /// What it finds in its environment besides ours.
    public var environment: [String: String] = [:]
    /// What to tell a user who does not have the program.
    public var installHint = ""
    /// Whether it is told about the cluster.
    public var wantsCluster = false

    /// A program by its name.
    public init(apiVersion: String, command: [String]) {
        self.apiVersion = apiVersion
        self.command = command
    }
}
