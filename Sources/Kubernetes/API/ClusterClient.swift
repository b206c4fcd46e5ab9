import HTTPClient
import Model
import Threads

/// Asks the API server. One for each cluster: connections, and who we are, are shared.
public final class ClusterClient: Sendable {
    /// Where it is.
    public let access: ClusterAccess
    private let http: HTTPClient
    private let credentials: Credentials

    /// Asks through a client. Programs that say who we are are run by `runner`.
    public init(
        _ access: ClusterAccess, http: HTTPClient, runner: any CredentialRunner, clock: any WallClock = SystemClock()
    ) {
        self.access = access
        self.http = http
        credentials = Credentials(access, runner: runner, clock: clock)
    }

    /// Asks, and returns the body of a good answer. `task` says what is being done, for messages: `list pods`.
    public func send(_ request: ClusterRequest, to task: String) async throws(ClusterFailure) -> [UInt8] {
        try await again(request, task) { prepared throws(HTTPFailure) in
            let response = try await self.http.send(prepared)
            return (response.head, response.body)
        }
    }

    /// Asks, and hands the body of a good answer on while it comes.
    public func stream(_ request: ClusterRequest, to task: String) async throws(ClusterFailure) -> HTTPStream {
        var stream: HTTPStream?
        _ = try await again(request, task) { prepared throws(HTTPFailure) in
            let opened = try await self.http.stream(prepared)
            if (200..<300).contains(opened.head.status) {
                stream = opened
                return (opened.head, [])
            }
            // What is no success is short, and wanted whole.
            var body: [UInt8] = []
            for try await chunk in opened where body.count < 64 << 10 { body += chunk }
            return (opened.head, body)
        }
        guard let stream else { throw ClusterFailure("cannot \(task): no answer") }
        return stream
    }

    /// Who is turned away may have been somebody else before: who we are is found out anew, once.
    private func again(
        _ request: ClusterRequest, _ task: String,
        _ send: (HTTPRequest) async throws(HTTPFailure) -> (HTTPHead, [UInt8])
    ) async throws(ClusterFailure) -> [UInt8] {
        for attempt in 0...1 {
            let prepared = try await prepared(request, task, isFresh: attempt > 0)
            let head: HTTPHead
            let body: [UInt8]
            do throws(HTTPFailure) {
                (head, body) = try await send(prepared)
            } catch {
                throw ClusterFailure("cannot \(task): \(error.message)")
            }
            if (200..<300).contains(head.status) { return body }
            if head.status == 401, attempt == 0, credentials.canChange { continue }
            throw ClusterFailure(task, status: head.status, body: body, retryAfter: head["retry-after"])
        }
        throw ClusterFailure("cannot \(task): nobody asked")
    }

    private func prepared(
        _ request: ClusterRequest, _ task: String, isFresh: Bool
    ) async throws(ClusterFailure) -> HTTPRequest {
        var prepared = HTTPRequest(request.method, url: access.server + request.target, body: request.body)
        prepared.headers = [HTTPHeader("Accept", "application/json")]
        if request.body != nil { prepared.headers.append(HTTPHeader("Content-Type", request.contentType)) }
        prepared.tls = access.tls
        prepared.proxy = access.proxy
        prepared.timeout = request.timeout
        prepared.bodyLimit = request.bodyLimit
        prepared.acceptsCompression = request.acceptsCompression
        do throws(UserError) {
            let shown = try await credentials.present(isFresh: isFresh)
            prepared.authentication = shown.authentication
            if let certificate = shown.certificate { prepared.tls.certificate = .pem(certificate) }
            if let key = shown.key { prepared.tls.key = .pem(key) }
        } catch {
            throw ClusterFailure("cannot \(task): \(error.message)")
        }
        return prepared
    }
}

/// A request to the API server.
public struct ClusterRequest: Sendable {
    /// `GET`, `POST` …
    public var method = "GET"
    /// The path and the query, encoded.
    public var target: String
    /// What is sent along.
    public var body: [UInt8]?
    /// What that is.
    public var contentType = "application/json"
    /// How long the answer may take, in milliseconds.
    public var timeout: Int64 = 30_000
    /// How long its body may be; nil is no limit.
    public var bodyLimit: Int? = 16 << 20
    /// Whether the answer may be compressed: not one that is read while it comes.
    public var acceptsCompression = true

    /// A GET request for a path, with a query of names and values.
    public init(_ path: String, _ query: [(name: String, value: String)] = []) {
        target = path
        for (index, (name, value)) in query.enumerated() {
            target += (index == 0 ? "?" : "&") + "\(percentEncoded(name))=\(percentEncoded(value))"
        }
    }

    /// A request with a body.
    public init(_ method: String, _ path: String, body: [UInt8], contentType: String = "application/json") {
        self.init(path)
        self.method = method
        self.body = body
        self.contentType = contentType
    }
}
