import CCurl
import Model

/// Names one transfer of one loop. Never used twice.
public struct TransferID: Hashable, Sendable {
    let number: UInt64
}

/// What a loop is made with.
public struct TransferLoopOptions: Sendable {
    /// How many handles lie ready between two uses. More than the transfers that usually run at the same time is waste.
    public var idleHandles = 16
    /// How many connections stay open between two transfers.
    public var keptConnections = 256
    /// How many bytes are read from a socket at once.
    public var receiveBufferSize = 64 << 10
    /// The `User-Agent` of requests that do not name their own.
    public var userAgent = "Vedette"

    /// The defaults.
    public init() {}
}

/// Any number of HTTP transfers on one thread.
///
/// A loop belongs to the thread that turns it: everything but `waker` is called there. Starting and cancelling only notes a
/// wish, so both are allowed everywhere on that thread, inside completions and body callbacks too; the next `turn` takes the
/// wishes up. Every transfer started ends in exactly one call of its completion, inside a `turn`, unless the loop goes first.
///
/// A request that finds its kept connection closed by the server is sent again on a new one, by libcurl. So is a POST, if
/// not a byte of an answer came: who must not do a thing twice sets `usesFreshConnection`.
public final class TransferLoop {
    /// Ends a wait from any thread.
    public let waker: LoopWaker
    /// How many transfers were started and are not over.
    public var activeCount: Int { active.count + rejected.count }

    private let options: TransferLoopOptions
    private let multi: UnsafeMutableRawPointer
    private let sockets: SocketWatch
    private let buffers = BufferPool()
    private var active: [TransferID: Transfer] = [:]
    private var idle: [Transfer] = []
    private var lastNumber: UInt64 = 0
    private var isTurning = false
    /// Wishes since the last turn.
    private var started: [Transfer] = []
    private var cancelled: [TransferID] = []
    private var resumed: [TransferID] = []
    /// Requests that could not even be started, and still have to be told so.
    private var rejected: [TransferID: (failure: HTTPFailure, completion: (borrowing HTTPTransferResult) -> Void)] = [:]

    /// A loop with nothing to do. Throws when the machine is out of memory or file descriptors.
    public init(options: TransferLoopOptions = TransferLoopOptions()) throws(UserError) {
        guard curlIsReady == CURLE_OK, let multi = curl_multi_init() else {
            throw UserError("cannot start an HTTP client: libcurl cannot be initialised")
        }
        do {
            sockets = try SocketWatch()
        } catch {
            curl_multi_cleanup(multi)
            throw error
        }
        self.options = options
        self.multi = multi
        waker = sockets.waker
        ccurl_multi_set_functions(multi, onSocketWish, onTimerWish, Unmanaged.passUnretained(sockets).toOpaque())
        keptConnections = options.keptConnections
        // Property observers are not called in an initialiser.
        ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, max(1, keptConnections))
    }

    deinit {
        for transfer in active.values { curl_multi_remove_handle(multi, transfer.easy) }
        curl_multi_cleanup(multi)
    }

    /// How many connections stay open between two transfers: at least one for each server that is asked again and again.
    public var keptConnections: Int {
        didSet { ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, max(1, keptConnections)) }
    }

    /// Starts a transfer. A request that cannot be prepared ends in its completion like any other failure.
    @discardableResult
    public func start(
        _ request: HTTPRequest, completion: @escaping (borrowing HTTPTransferResult) -> Void
    ) -> TransferID {
        do {
            return start(try PreparedRequest(request), completion: completion)
        } catch {
            return reject(error, completion)
        }
    }

    /// Starts a transfer of a request that was prepared before.
    @discardableResult
    public func start(
        _ request: PreparedRequest, completion: @escaping (borrowing HTTPTransferResult) -> Void
    ) -> TransferID {
        start(request, TransferHandlers(completion: completion))
    }

    /// Starts a transfer whose body is handed on chunk by chunk instead of being gathered.
    ///
    /// `onHead` is called once with the final head, before the first chunk. A chunk is lent for the length of the call.
    @discardableResult
    public func start(
        _ request: PreparedRequest, onHead: @escaping (HTTPHead) -> Void = { _ in },
        onBody: @escaping (UnsafeRawBufferPointer) -> BodyStep,
        completion: @escaping (borrowing HTTPTransferResult) -> Void
    ) -> TransferID {
        start(request, TransferHandlers(onHead: onHead, onBody: onBody, completion: completion))
    }

    /// Ends a transfer: its completion is called in the next turn with the failure `cancelled`. Does nothing when it is over.
    public func cancel(_ id: TransferID) {
        cancelled.append(id)
    }

    /// Ends all transfers the same way.
    public func cancelAll() {
        cancelled.append(contentsOf: active.keys)
    }

    /// Lets a transfer go on whose body callback answered `pause`.
    public func resume(_ id: TransferID) {
        resumed.append(id)
    }

    /// One turn: takes up what was started and cancelled, waits for something to happen (not at all when something has
    /// happened), and calls the completions of what is over. Not to be called from within itself.
    public func turn(waitingAtMost milliseconds: Int) throws(UserError) {
        guard !isTurning else { throw UserError("cannot turn a transfer loop: it is turning already") }
        isTurning = true
        defer { isTurning = false }
        let isBusy = takeUpWishes()
        // The timer first: a transfer just added waits for it, and can so be under way before we wait.
        if sockets.timerIsDue() { act(CURL_SOCKET_TIMEOUT, 0) }
        let completed = deliver()
        try sockets.wait(atMost: isBusy || completed ? 0 : milliseconds, act)
        if sockets.timerIsDue() { act(CURL_SOCKET_TIMEOUT, 0) }
        deliver()
    }

    // MARK: Taking up

    private func newID() -> TransferID {
        lastNumber += 1
        return TransferID(number: lastNumber)
    }

    private func reject(
        _ failure: HTTPFailure, _ completion: @escaping (borrowing HTTPTransferResult) -> Void
    ) -> TransferID {
        let id = newID()
        rejected[id] = (failure, completion)
        return id
    }

    private func start(_ request: PreparedRequest, _ handlers: TransferHandlers) -> TransferID {
        do throws(HTTPFailure) {
            let transfer = if let kept = idle.popLast() { kept } else { try Transfer(buffers: buffers) }
            let id = newID()
            let verdict = transfer.prepare(id, request, handlers, options)
            guard verdict == CURLE_OK else {
                transfer.clear()
                throw optionFailure(verdict, request)
            }
            active[id] = transfer
            started.append(transfer)
            return id
        } catch {
            return reject(error, handlers.completion)
        }
    }

    /// Hands the wishes to curl. True when completions were called.
    private func takeUpWishes() -> Bool {
        // Each list is taken whole first: completions may wish again, which is for the next turn.
        let (toStart, toResume, toCancel, toReject) = (started, resumed, cancelled, rejected)
        started.removeAll(keepingCapacity: true)
        resumed.removeAll(keepingCapacity: true)
        cancelled.removeAll(keepingCapacity: true)
        rejected.removeAll(keepingCapacity: true)
        for transfer in toStart { curl_multi_add_handle(multi, transfer.easy) }
        for id in toResume {
            if let transfer = active[id] { curl_easy_pause(transfer.easy, CURLPAUSE_CONT) }
        }
        for (_, rejection) in toReject {
            rejection.completion(HTTPTransferResult(rejection.failure))
        }
        var called = !toReject.isEmpty
        for id in toCancel {
            guard let transfer = active[id], let request = transfer.request else { continue }
            called = true
            end(transfer, HTTPFailure(.cancelled, "cannot fetch \(request.shownURL): it was cancelled"))
        }
        return called
    }

    // MARK: Acting and delivering

    private func act(_ socket: Int32, _ bits: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(multi, socket, bits, &running)
    }

    /// Ends what curl is done with. True when there was something.
    @discardableResult
    private func deliver() -> Bool {
        var left: Int32 = 0
        var found = false
        while let message = curl_multi_info_read(multi, &left)?.pointee {
            guard message.msg == CURLMSG_DONE, let easy = message.easy_handle,
                let context = ccurl_get_context(easy)
            else { continue }
            found = true
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            finish(transfer, message.data.result)
        }
        return found
    }

    private func finish(_ transfer: Transfer, _ code: CURLcode) {
        if var failure = transfer.failureUnderInspection {
            failure.certificates = HTTPCertificate.chain(of: transfer.easy)
            return end(transfer, failure)
        }
        if code == CURLE_OK { transfer.checkEndOfBody() }
        guard var failure = failure(of: transfer, code) else { return end(transfer, nil) }
        failure.timings = HTTPTimings(of: transfer.easy)
        failure.certificates = HTTPCertificate.chain(of: transfer.easy)
        if code == CURLE_PEER_FAILED_VERIFICATION, failure.certificates.isEmpty, inspect(transfer) {
            transfer.failureUnderInspection = failure
        } else {
            end(transfer, failure)
        }
    }

    /// Makes a second connection that only looks at the certificates that did not pass. True when it is under way.
    private func inspect(_ transfer: Transfer) -> Bool {
        guard let request = transfer.request?.request, request.inspectsCertificates else { return false }
        let used = ccurl_get_large(transfer.easy, CURLINFO_TOTAL_TIME_T) / 1000
        let remaining = request.timeout == 0 ? 5000 : min(5000, request.timeout - used)
        guard remaining > 0 else { return false }
        curl_multi_remove_handle(multi, transfer.easy)
        var options = CurlOptions(transfer.easy)
        if let url = ccurl_get_text(transfer.easy, CURLINFO_EFFECTIVE_URL) {
            options.set(CURLOPT_URL, String(cString: url))
        }
        // To whoever answers here, nothing is said: no request, and no certificate of ours.
        options.set(CURLOPT_CONNECT_ONLY, 1)
        options.set(CURLOPT_SSLCERT, nil)
        options.set(CURLOPT_SSLKEY, nil)
        options.check(ccurl_set_blob(transfer.easy, CURLOPT_SSLCERT_BLOB, nil, 0))
        options.check(ccurl_set_blob(transfer.easy, CURLOPT_SSLKEY_BLOB, nil, 0))
        options.set(CURLOPT_SSL_VERIFYPEER, 0)
        options.set(CURLOPT_SSL_VERIFYHOST, 0)
        options.set(CURLOPT_FRESH_CONNECT, 1)
        options.set(CURLOPT_TIMEOUT_MS, Int(clamping: remaining))
        return options.verdict == CURLE_OK && curl_multi_add_handle(multi, transfer.easy) == CURLM_OK
    }

    /// Takes a transfer from curl, tells its completion, and keeps the handle for another.
    private func end(_ transfer: Transfer, _ failure: HTTPFailure?) {
        curl_multi_remove_handle(multi, transfer.easy)
        active[transfer.id] = nil
        transfer.handlers.completion(HTTPTransferResult(of: transfer, failure))
        // A handle that made a connection to look at keeps hold of it; it is not used again.
        let canServeAgain = transfer.failureUnderInspection == nil
        transfer.clear()
        if canServeAgain, idle.count < options.idleHandles { idle.append(transfer) }
    }
}

/// libcurl's set-up of the process, done when first asked for. A constant of the file: Swift evaluates it once whatever the
/// number of threads, as `curl_global_init` wants, and nothing of ours changes with it.
let curlIsReady = ccurl_global_init()
