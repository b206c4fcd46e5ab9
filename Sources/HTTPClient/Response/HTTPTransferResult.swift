import CCurl

/// The end of a transfer, lent to its completion. It cannot be kept; what it shows is read from the transfer when asked for,
/// so that a caller pays for what it looks at.
public struct HTTPTransferResult: ~Copyable {
    /// Why there is no whole answer; nil when there is one. With a failure the rest is what came before it.
    public let failure: HTTPFailure?
    /// The body, decompressed when the request accepted compression. Behind its last byte stand at least
    /// `HTTPTransferResult.padding` zero bytes that may be read too (unless its base address is nil). Valid during the completion only.
    public let body: UnsafeRawBufferPointer
    /// The headers as they came. Valid during the completion only.
    public let headers: HTTPHeaderLines
    /// The transfer, as long as there is one: a request that could not even be prepared has none.
    let transfer: Transfer?

    /// The end of a transfer.
    init(of transfer: Transfer, _ failure: HTTPFailure?) {
        self.transfer = transfer
        headers = transfer.lines
        if let body = transfer.paddedBody() {
            self.body = body
            self.failure = failure
        } else {
            body = noBytes
            self.failure = failure ?? HTTPFailure(.internal, "cannot keep an answer: out of memory")
        }
    }

    /// The end of a request that never became a transfer.
    init(_ failure: HTTPFailure) {
        self.failure = failure
        body = noBytes
        headers = HTTPHeaderLines(bytes: noBytes)
        transfer = nil
    }

    /// How many zero bytes at least stand behind a body.
    public static let padding = 64

    /// `200` and its like; 0 where no answer began.
    public var status: Int {
        transfer.map { Int(ccurl_get_long($0.easy, CURLINFO_RESPONSE_CODE)) } ?? 0
    }
    /// How long each phase took.
    public var timings: HTTPTimings {
        failure?.timings ?? transfer.map { HTTPTimings(of: $0.easy) } ?? HTTPTimings()
    }
    /// The server's certificates, its own first, when the request asked for them.
    public var certificates: [HTTPCertificate] {
        failure?.certificates ?? transfer.map { HTTPCertificate.chain(of: $0.easy) } ?? []
    }
    /// Everything about the answer but its body, to keep.
    public var head: HTTPHead? {
        transfer?.head()
    }
    /// The whole answer, to keep; nil when there is none.
    public var response: HTTPResponse? {
        guard failure == nil, let head else { return nil }
        return HTTPResponse(head: head, body: Array(body), timings: timings, certificates: certificates)
    }
}

private var noBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
