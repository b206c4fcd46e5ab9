import CCurl

/// What to do after a chunk of a streamed body was offered.
public enum BodyStep: Sendable {
    /// The chunk was taken; go on.
    case proceed
    /// The chunk was not taken. It is offered again after `TransferLoop.resume`; until then nothing more is read.
    case pause
    /// Enough: the transfer ends with the failure `cancelled`.
    case abort
}

/// Where an answer goes.
struct TransferHandlers {
    /// Called with the head of the answer as soon as it is there; nil if nobody waits for it.
    var onHead: ((HTTPHead) -> Void)?
    /// Called with each chunk; nil if the body is gathered.
    var onBody: ((UnsafeRawBufferPointer) -> BodyStep)?
    /// Called once, at the end.
    var completion: (borrowing HTTPTransferResult) -> Void
}

/// One transfer's state: a curl handle, and the head and body that came over it so far. Pooled, for the handle and its memory
/// are dear to make.
final class Transfer {
    /// Why we ourselves ended a transfer, which curl only knows as a failed write.
    enum Verdict {
        case headTooLarge
        case bodyTooLarge
        case aborted
        case outOfMemory
        case compressionCutOff
        case compressionDamaged
        case unknownCompression(String)
    }

    let easy: UnsafeMutableRawPointer
    private(set) var id = TransferID(number: 0)
    private(set) var request: PreparedRequest?
    private(set) var handlers = TransferHandlers(completion: { _ in })
    private(set) var verdict: Verdict?
    /// The failure of the first try while a second one looks at the certificates.
    var failureUnderInspection: HTTPFailure?

    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    /// The last head, and how many bytes of heads came in all.
    private let headLines = ByteBuffer()
    private var headBytes = 0
    private(set) var headIsWhole = false
    private let body: TransferBody

    init(buffers: BufferPool) throws(HTTPFailure) {
        guard let easy = curl_easy_init() else {
            throw HTTPFailure(.internal, "cannot make a transfer: out of memory")
        }
        self.easy = easy
        body = TransferBody(buffers: buffers)
    }

    deinit {
        curl_easy_cleanup(easy)
        errorText.deallocate()
    }

    /// Makes the handle ready for a request. Answers curl's verdict on the options.
    func prepare(
        _ id: TransferID, _ request: PreparedRequest, _ handlers: TransferHandlers, _ loop: TransferLoopOptions
    ) -> CURLcode {
        self.id = id
        self.request = request
        self.handlers = handlers
        errorText.pointee = 0
        curl_easy_reset(easy)
        let context = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
        var options = CurlOptions(easy)
        options.set(CURLOPT_PRIVATE, context)
        options.set(CURLOPT_WRITEDATA, context)
        options.set(CURLOPT_HEADERDATA, context)
        options.set(CURLOPT_ERRORBUFFER, UnsafeRawPointer(errorText))
        options.check(ccurl_set_sink(easy, CURLOPT_WRITEFUNCTION, onBodyBytes))
        options.check(ccurl_set_sink(easy, CURLOPT_HEADERFUNCTION, onHeaderBytes))
        // No signals: they would belong to the whole process.
        options.set(CURLOPT_NOSIGNAL, 1)
        // A time-out must not wait for a thread that hangs in the name resolver: without this, removing the transfer
        // joins it, and the whole loop stands still until the resolver gives up.
        options.set(CURLOPT_QUICK_EXIT, 1)
        // Refused by a handle that still has its last buffer, as after a forbidden redirect: that is of this size already.
        ccurl_set_long(easy, CURLOPT_BUFFERSIZE, loop.receiveBufferSize)
        options.set(CURLOPT_USERAGENT, loop.userAgent)
        options.set(CURLOPT_TCP_KEEPALIVE, 1)
        // No cache of names: connections are kept, so names are seldom asked for, and a new connection should go where the
        // name leads now. And libcurl walks the whole cache at the end of each transfer (`Curl_hostcache_prune`).
        options.set(CURLOPT_DNS_CACHE_TIMEOUT, 0)
        request.apply(to: &options, offeringCompression: handlers.onBody == nil)
        return options.verdict
    }

    /// Forgets the request, keeps the handle and its memory.
    func clear() {
        request = nil
        handlers = TransferHandlers(completion: { _ in })
        verdict = nil
        failureUnderInspection = nil
        headLines.removeAll()
        headBytes = 0
        headIsWhole = false
        body.clear()
    }

    /// What curl says of its last error, in its own words.
    var errorDetail: String { String(cString: errorText) }

    /// The gathered body with its padding; nil when there is no memory.
    func paddedBody() -> UnsafeRawBufferPointer? { body.padded() }

    /// The header lines of the last head.
    var lines: HTTPHeaderLines { HTTPHeaderLines(bytes: headLines.bytes) }

    /// Everything about the answer but its body; nil before it began.
    func head() -> HTTPHead? {
        let status = Int(ccurl_get_long(easy, CURLINFO_RESPONSE_CODE))
        guard status > 0 else { return nil }
        return HTTPHead(
            status: status, version: version, headers: lines.all(), effectiveURL: effectiveURL,
            remoteAddress: remoteAddress)
    }

    private var version: HTTPVersion {
        switch ccurl_get_long(easy, CURLINFO_HTTP_VERSION) {
        case CURL_HTTP_VERSION_1_0: .http1_0
        case CURL_HTTP_VERSION_1_1: .http1_1
        case CURL_HTTP_VERSION_2_0: .http2
        case CURL_HTTP_VERSION_3: .http3
        default: .unknown
        }
    }

    /// Where the transfer is or ended, without user and password.
    var effectiveURL: String {
        // As long as nothing was redirected the request knows better: curl may have been given a TLS server name.
        guard ccurl_get_long(easy, CURLINFO_REDIRECT_COUNT) > 0,
            let url = ccurl_get_text(easy, CURLINFO_EFFECTIVE_URL)
        else { return request?.shownURL ?? "" }
        return urlForMessages(String(cString: url), hidingPath: request?.request.hidesPath ?? true)
    }

    private var remoteAddress: String {
        guard let address = ccurl_get_text(easy, CURLINFO_PRIMARY_IP).map({ String(cString: $0) }), !address.isEmpty
        else { return "" }
        let port = ccurl_get_long(easy, CURLINFO_PRIMARY_PORT)
        return address.utf8.contains(UInt8(ascii: ":")) ? "[\(address)]:\(port)" : "\(address):\(port)"
    }

    /// Takes a header line, a status line, or the empty line behind a head. False ends the transfer.
    fileprivate func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        guard let request = request?.request else { return false }
        headBytes += line.count
        guard headBytes <= request.headLimit else {
            verdict = .headTooLarge
            return false
        }
        if headIsWhole {
            // Either the next head, after a redirect or a "100 Continue", or trailers, which count but are not kept.
            guard line.starts(with: "HTTP/".utf8) else { return true }
            headLines.removeAll()
            headIsWhole = false
        }
        guard headLines.append(line) else {
            verdict = .outOfMemory
            return false
        }
        headIsWhole = line.allSatisfy { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
        if headIsWhole, let onHead = handlers.onHead, let head = head(), isFinal(head, request) { onHead(head) }
        return true
    }

    /// Whether no other head will follow this one.
    private func isFinal(_ head: HTTPHead, _ request: HTTPRequest) -> Bool {
        if head.status < 200 { return head.status == 101 }
        return !(request.redirectLimit > 0 && (300..<400).contains(head.status) && head["location"] != nil)
    }

    /// Takes bytes of the body and answers how many it took, or curl's word for a pause.
    fileprivate func takeBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let request = request?.request else { return 0 }
        switch body.take(bytes, request, handlers.onBody, announcement) {
        case .taken: return bytes.count
        case .paused: return Int(CURL_WRITEFUNC_PAUSE)
        case .ended(let verdict):
            self.verdict = verdict
            return 0
        }
    }

    /// Looks, when curl takes the answer for whole, whether its compressed body is.
    func checkEndOfBody() {
        guard verdict == nil, headIsWhole, let request = request?.request else { return }
        // An answer that has no body may still say how it would be compressed.
        let status = ccurl_get_long(easy, CURLINFO_RESPONSE_CODE)
        if !body.hasBegun,
            request.method == "HEAD" || status < 200 || status == 204 || (300..<400).contains(status)
        {
            return
        }
        verdict = body.shortcoming(request, announcement, isGathered: handlers.onBody == nil)
    }

    /// What the head says of the body.
    private var announcement: TransferBody.Announcement {
        TransferBody.Announcement(
            coding: lines["content-encoding"], length: Int(ccurl_get_large(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)))
    }
}

/// curl's bytes of a body. The context is the `Transfer`.
private func onBodyBytes(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    // "size is always 1." https://curl.se/libcurl/c/CURLOPT_WRITEFUNCTION.html
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        .takeBody(UnsafeRawBufferPointer(start: bytes, count: count))
}

/// curl's header lines, one at a time. The context is the `Transfer`.
private func onHeaderBytes(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let line = UnsafeRawBufferPointer(start: bytes, count: count)
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().takeHeader(line) ? count : 0
}
