import CMicrohttpd
import Model
import Synchronization

/// One request and its answer. The library calls it on the one thread that serves the connection; other threads come in only
/// while the connection is suspended.
final class Exchange: SuspendedRequest {
    private enum Plan {
        case handle(Route, HTTPRequest)
        case refuse(HTTPResponse)
    }

    private enum Stage {
        /// The head has not come to its end.
        case begun
        /// The body comes in, to be handled or to be refused at its end.
        case receiving(Plan)
        /// The connection is suspended while the task runs.
        case running(Task<Void, Never>, LibraryConnection, token: UInt64)
        /// The task has ended, or was given up; the connection is resumed.
        case answered(HTTPResponse)
        /// The answer is the library's.
        case sent
    }

    private struct State {
        var stage = Stage.begun
        var method = HTTPMethod.get
        var body: [UInt8] = []
        var reserved = 0
        var discarded = 0
        var sent = SentAnswer()
        /// The pattern of the route that took the request.
        var pattern: String?
    }

    /// What is to be done when the library calls.
    private enum Step {
        case goOn
        case close
        case send(HTTPResponse)
        case handle(Route, HTTPRequest)
    }

    private let core: ServerCore
    private let connection: OpenConnection
    private let target: String
    private let started = monotonicNanoseconds()
    private let state = Mutex(State())

    init(core: ServerCore, connection: OpenConnection, target: String) {
        self.core = core
        self.connection = connection
        self.target = target
    }

    /// The library has read something of the request, or was resumed: pieces of the body are taken, and the answer is
    /// given at the end.
    func proceed(_ library: LibraryConnection, method: String, piece: UnsafeRawBufferPointer) -> MHD_Result {
        let step = state.withLock { state -> Step in
            switch state.stage {
            case .begun: begin(library, method, &state)
            case .receiving(let plan): piece.isEmpty ? received(plan, &state) : receive(piece, plan, &state)
            case .answered(let response): .send(response)
            case .running: .goOn
            case .sent: .close
            }
        }
        switch step {
        case .goOn: return .YES
        case .close: return .NO
        case .send(let response): return send(response, library)
        case .handle(let route, let request): return handle(request, by: route.handler, library)
        }
    }

    /// The request is over, one way or the other; the library calls this once.
    func end() {
        let (method, reserved, sent, pattern, wasRead) = state.withLock { state in
            let wasRead = if case .begun = state.stage { false } else { true }
            return (state.method, state.reserved, state.sent, state.pattern, wasRead)
        }
        // The next request on this connection may take its time to begin, but not to be sent.
        connection.cutOff(at: core.headDeadline(idle: true))
        guard wasRead else { return }
        core.releaseBody(reserved)
        core.active.wrappingSubtract(1, ordering: .relaxed)
        let duration = monotonicNanoseconds() - started
        core.instruments.count(pattern, sent.status, nanoseconds: duration)
        // Without the query: it may hold what is nobody's business.
        core.logger.debug(
            "request",
            [
                "method": method.name, "path": String(target.prefix { $0 != "?" }),
                "status": "\(sent.status.rawValue)", "bytes": "\(sent.bytes)",
                "ms": "\(Double(duration / 1000) / 1000)",
                "peer": connection.peer,
            ])
    }
}

// MARK: Receiving

/// A request that is refused may still send so much of its body, and the connection is kept: a client that is cut off while
/// it sends never reads the answer.
private let politeLength = 64 * 1024

extension Exchange {
    /// The head is there.
    private func begin(_ library: LibraryConnection, _ method: String, _ state: inout State) -> Step {
        core.active.wrappingAdd(1, ordering: .relaxed)
        state.method = HTTPMethod(name: method)
        let headers = requestHeaders(library)
        let length = bodyLength(headers)
        do throws(HTTPError) {
            let (route, request) = try admit(state.method, headers)
            state.pattern = route.pattern
            let limit = route.bodyLimit ?? core.limits.bodyLength
            if let length, length > limit { throw tooLarge(limit) }
            state.stage = .receiving(.handle(route, request))
        } catch {
            let response = core.router.refusal(error, target: target)
            // An answer before the body has come closes the connection: for those who would send too much.
            if length ?? .max > politeLength { return .send(response) }
            state.stage = .receiving(.refuse(response))
        }
        connection.cutOff(at: core.bodyDeadline())
        return .goOn
    }

    private func admit(_ method: HTTPMethod, _ headers: HTTPHeaders) throws(HTTPError) -> (Route, HTTPRequest) {
        if core.isStopping { throw HTTPError(.serviceUnavailable, "cannot answer: the server is stopping") }
        if connection.surplus { throw HTTPError(.serviceUnavailable, "cannot answer: too many connections") }
        if target.utf8.count > core.limits.targetLength {
            throw HTTPError(.targetTooLong, "cannot answer: the URL is too long")
        }
        let request = try HTTPRequest(method: method, target: target, headers: headers, peer: connection.peer)
        return try core.router.route(request)
    }

    /// A piece of the body has come.
    private func receive(_ piece: UnsafeRawBufferPointer, _ plan: Plan, _ state: inout State) -> Step {
        connection.extend(by: core.bodyTime(for: piece.count))
        guard case .handle(let route, _) = plan else {
            state.discarded += piece.count
            return state.discarded > politeLength + core.limits.bodyLength ? .close : .goOn
        }
        let limit = route.bodyLimit ?? core.limits.bodyLength
        if state.body.count + piece.count > limit {
            refuse(tooLarge(limit), &state)
        } else if !core.reserveBody(piece.count) {
            refuse(HTTPError(.serviceUnavailable, "cannot receive body: too many are being received"), &state)
        } else {
            state.reserved += piece.count
            state.body.append(contentsOf: piece)
        }
        return .goOn
    }

    private func refuse(_ error: HTTPError, _ state: inout State) {
        state.body = []
        state.stage = .receiving(.refuse(core.router.refusal(error, target: target)))
    }

    /// The request is complete.
    private func received(_ plan: Plan, _ state: inout State) -> Step {
        connection.keep()
        switch plan {
        case .refuse(let response): return .send(response)
        case .handle(let route, var request):
            swap(&request.body, &state.body)
            return .handle(route, request)
        }
    }
}

private func tooLarge(_ limit: Int) -> HTTPError {
    HTTPError(.contentTooLarge, "cannot receive body: it is longer than \(limit) bytes")
}

/// How long the body of a request is: 0 without one, nil when only its end will tell.
private func bodyLength(_ headers: HTTPHeaders) -> Int? {
    if headers["Transfer-Encoding"] != nil { return nil }
    // The library has refused whatever is no number.
    return headers["Content-Length"].map { Int($0) ?? .max } ?? 0
}

// MARK: Answering

extension Exchange {
    private func handle(_ request: HTTPRequest, by handler: Handler, _ library: LibraryConnection) -> MHD_Result {
        switch handler {
        case .fast(let answer):
            do {
                return send(core.router.finish(try answer(request), for: request), library)
            } catch {
                return send(failure(error, request), library)
            }
        case .waiting(let answer):
            if suspend(library, { await self.answered(request, answer) }) { return .YES }
            let error = HTTPError(.serviceUnavailable, "cannot answer: the server is stopping")
            return send(core.router.refusal(error, target: target), library)
        }
    }

    private func answered(
        _ request: HTTPRequest, _ answer: @Sendable (HTTPRequest) async throws -> HTTPResponse
    ) async {
        do {
            resume(with: core.router.finish(try await answer(request), for: request))
        } catch {
            resume(with: failure(error, request))
        }
    }

    /// Takes the connection out of the library's loop and starts the task; false when the server stops.
    private func suspend(_ library: LibraryConnection, _ work: @escaping @Sendable () async -> Void) -> Bool {
        // The lock is held until the stage is set: neither the task's end nor the watch comes in before that.
        state.withLock { state in
            guard let token = core.watch.watch(connection.socket, self) else { return false }
            library.suspend()
            state.stage = .running(core.workers.run(work), library, token: token)
            return true
        }
    }

    /// Ends the suspension with an answer. Only the first one counts: the server may have given up the task.
    private func resume(with response: HTTPResponse) {
        let suspended = state.withLock { state -> (LibraryConnection, UInt64)? in
            guard case .running(_, let library, let token) = state.stage else { return nil }
            state.stage = .answered(response)
            return (library, token)
        }
        guard let (library, token) = suspended else { return }
        core.watch.unwatch(connection.socket, token)
        library.resume()
    }

    func clientLeft() {
        // The connection stays suspended until the task has noticed: its end is what resumes it.
        if case .running(let task, _, _) = state.withLock({ $0.stage }) { task.cancel() }
    }

    func abandon() {
        guard case .running(let task, _, _) = state.withLock({ $0.stage }) else { return }
        // Before the task is cancelled: what it says to that is not for a client that is still there.
        let error = HTTPError(.serviceUnavailable, "cannot answer: the server is stopping")
        resume(with: core.router.refusal(error, target: target))
        task.cancel()
    }

    private func failure(_ error: any Error, _ request: HTTPRequest) -> HTTPResponse {
        if !(error is HTTPError), !(error is CancellationError) {
            core.logger.warn("request failed", ["path": request.path, "error": "\(error)"])
        }
        return core.router.response(to: error, for: request)
    }

    /// Hands an answer to the library.
    private func send(_ response: HTTPResponse, _ library: LibraryConnection) -> MHD_Result {
        let method = state.withLock { $0.method }
        let last = core.isStopping || connection.surplus
        guard
            let answer = LibraryResponse(
                response, for: library, by: core, sendsBody: method != .head, closesConnection: last)
        else {
            core.logger.warn("cannot answer request: no memory", ["path": target])
            return .NO
        }
        state.withLock { state in
            state.stage = .sent
            state.sent = answer.sent
        }
        return answer.queue(on: library, status: response.status)
    }
}
