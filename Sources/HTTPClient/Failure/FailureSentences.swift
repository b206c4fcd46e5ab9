import CCurl
import Glibc
import Model

// From curl's codes to what a user can act on. The code is chosen by the sort of failure; the sentence says which URL and why.

/// Why a transfer failed; nil when it did not.
func failure(of transfer: Transfer, _ code: CURLcode) -> HTTPFailure? {
    // curl takes an answer for whole whose connection ends within the headers.
    guard code != CURLE_OK || !transfer.headIsWhole || transfer.verdict != nil, let request = transfer.request else {
        return nil
    }
    let url = transfer.effectiveURL
    if let verdict = transfer.verdict { return failure(by: verdict, url, request.request) }
    func cannot(_ verb: String, _ failure: HTTPFailure.Code, _ reason: String) -> HTTPFailure {
        HTTPFailure(failure, "cannot \(verb) \(url): \(reason)")
    }
    switch code {
    case CURLE_OK:
        return cannot("read", .truncated, "the connection was closed within the headers")
    case CURLE_OUT_OF_MEMORY
    where !transfer.headIsWhole && ccurl_get_large(transfer.easy, CURLINFO_STARTTRANSFER_TIME_T) > 0:
        // What curl says of a header line of more than 100 kB.
        return cannot("read", .headTooLarge, "a header is larger than libcurl takes")
    case CURLE_RECV_ERROR where transfer.errorDetail.hasSuffix("in chunked-encoding"):
        return cannot("read", .protocol, detail(of: transfer, code))
    case CURLE_OPERATION_TIMEDOUT:
        return cannot("fetch", .timeout, timeoutReason(transfer, request.request))
    case CURLE_COULDNT_RESOLVE_HOST:
        return cannot("reach", .dns, "the name of the host is not known")
    case CURLE_COULDNT_RESOLVE_PROXY:
        return cannot("reach", .proxy, "the name of the proxy is not known")
    case CURLE_PROXY:
        return cannot("reach", .proxy, detail(of: transfer, code))
    case CURLE_COULDNT_CONNECT:
        let system = Int32(truncatingIfNeeded: ccurl_get_long(transfer.easy, CURLINFO_OS_ERRNO))
        return cannot("reach", .connect, system != 0 ? systemError(system) : detail(of: transfer, code))
    case CURLE_PEER_FAILED_VERIFICATION:
        return cannot("trust", .tls, detail(of: transfer, code))
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
        CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_INVALIDCERTSTATUS,
        CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED,
        CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
        return cannot("reach", .tls, detail(of: transfer, code))
    case CURLE_TOO_MANY_REDIRECTS:
        return cannot("fetch", .tooManyRedirects, "more than \(counted(request.request.redirectLimit, "redirect"))")
    case CURLE_UNSUPPORTED_PROTOCOL:
        // curl has one code for a redirect it must not follow and for an answer that does not begin like HTTP.
        return isHTTP(url)
            ? cannot("read", .protocol, "the answer is not HTTP")
            : cannot("follow a redirect to", .forbiddenRedirect, "it is neither http nor https")
    case CURLE_URL_MALFORMAT:
        return cannot("read URL", .badURL, detail(of: transfer, code))
    case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING:
        return cannot(
            "read", .truncated,
            code == CURLE_GOT_NOTHING
                ? "the connection was closed without an answer" : "the connection was closed within the answer")
    case CURLE_RECV_ERROR, CURLE_SEND_ERROR:
        return cannot("read", .truncated, detail(of: transfer, code))
    case CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_BAD_CONTENT_ENCODING,
        CURLE_HTTP3, CURLE_QUIC_CONNECT_ERROR:
        return cannot("read", .protocol, detail(of: transfer, code))
    case CURLE_WRITE_ERROR:
        // None of our own verdicts, so it is curl that could not keep a header.
        return cannot("read", .protocol, detail(of: transfer, code))
    default:
        return cannot("fetch", .internal, detail(of: transfer, code))
    }
}

/// Why a request's options were refused.
func optionFailure(_ code: CURLcode, _ request: PreparedRequest) -> HTTPFailure {
    HTTPFailure(
        .badRequest, "cannot ask \(request.shownURL): \(lowercasedFirst(String(cString: curl_easy_strerror(code))))")
}

private func failure(by verdict: Transfer.Verdict, _ url: String, _ request: HTTPRequest) -> HTTPFailure {
    switch verdict {
    case .headTooLarge:
        HTTPFailure(
            .headTooLarge, "cannot read \(url): the headers are larger than \(counted(request.headLimit, "byte"))")
    case .bodyTooLarge:
        HTTPFailure(.tooLarge, "cannot read \(url): the body is larger than \(counted(request.bodyLimit ?? 0, "byte"))")
    case .aborted: HTTPFailure(.cancelled, "cannot fetch \(url): it was cancelled")
    case .outOfMemory: HTTPFailure(.internal, "cannot read \(url): out of memory")
    case .compressionCutOff:
        HTTPFailure(.truncated, "cannot read \(url): the compressed answer is cut off")
    case .compressionDamaged:
        HTTPFailure(.protocol, "cannot read \(url): the compressed answer is damaged")
    case .unknownCompression(let name):
        HTTPFailure(.protocol, "cannot read \(url): the answer is compressed in a way nobody asked for: \(name)")
    }
}

/// How far a transfer came in its time.
private func timeoutReason(_ transfer: Transfer, _ request: HTTPRequest) -> String {
    let isConnected = ccurl_get_large(transfer.easy, CURLINFO_PRETRANSFER_TIME_T) > 0
    guard isConnected else {
        let total = request.timeout == 0 ? Int64.max : request.timeout
        let limit = min(total, request.connectTimeout == 0 ? 300_000 : request.connectTimeout)
        let isResolved = ccurl_get_large(transfer.easy, CURLINFO_NAMELOOKUP_TIME_T) > 0
        return
            "timed out: \(isResolved ? "no connection" : "the name was not resolved") within \(formatDuration(limit))"
    }
    let hasAnswer = ccurl_get_large(transfer.easy, CURLINFO_STARTTRANSFER_TIME_T) > 0
    return "timed out: \(hasAnswer ? "not the whole answer" : "no answer") within \(formatDuration(request.timeout))"
}

private func detail(of transfer: Transfer, _ code: CURLcode) -> String {
    curlDetail(transfer.errorDetail, code)
}

/// curl's own words on a transfer, or else on the code, as they stand behind a colon.
func curlDetail(_ words: String, _ code: CURLcode) -> String {
    guard !words.isEmpty else { return lowercasedFirst(String(cString: curl_easy_strerror(code))) }
    // Of "OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number" the end is for people.
    if words.contains("error:"), let end = words.ranges(of: "::").last?.upperBound { return String(words[end...]) }
    let prefixes = ["SSL certificate problem: ", "Recv failure: ", "Send failure: ", "OpenSSL "]
    let prefix = prefixes.first { words.hasPrefix($0) } ?? ""
    return lowercasedFirst(String(words.dropFirst(prefix.count)))
}

private func isHTTP(_ url: String) -> Bool {
    let lower = url.prefix(8).lowercased()
    return lower.hasPrefix("http://") || lower.hasPrefix("https://")
}

private func counted(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
}
