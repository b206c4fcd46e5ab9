/// What answers a request.
public enum Handler: Sendable {
    /// Answers at once, on a thread of the server that other connections wait for: reads from memory only, never blocks.
    case fast(@Sendable (HTTPRequest) throws -> HTTPResponse)
    /// May take its time, await and block (on a read of the store): runs as a task on the server's worker threads while the
    /// connection is suspended, and is cancelled when the client leaves.
    case waiting(@Sendable (HTTPRequest) async throws -> HTTPResponse)
}

/// What the routes under one path have in common.
public struct RouteFamily: Sendable {
    /// How an error looks.
    public var render: @Sendable (HTTPError) -> HTTPResponse
    /// Whether pages of other origins may read the answers, as Prometheus allows it for its API.
    public var crossOrigin: Bool

    /// A family of routes.
    public init(crossOrigin: Bool = false, render: @escaping @Sendable (HTTPError) -> HTTPResponse) {
        self.render = render
        self.crossOrigin = crossOrigin
    }

    /// Errors as plain text.
    public static let plain = RouteFamily { $0.plainResponse }
}
