import CCurl
import Glibc
import Model
import Threads

/// Hands a mail to a server, and waits for its answer. Cancelling the task breaks the connection.
///
/// A mail has a thread of its own with a transfer of its own: mails are few, and libcurl's farewell to a mail server waits for the
/// other side, which the loop that serves everybody must not.
public func sendMail(
    _ mail: Mail, through server: MailServer, within milliseconds: Int64
) async throws(MailFailure) -> MailReceipt {
    let message = try mail.message()
    let url = try server.askedURL()
    guard curlIsReady == CURLE_OK else {
        throw MailFailure(.internal, "cannot send mail: libcurl cannot be initialised")
    }
    let answer = MailAnswer()
    let waker: LoopWaker
    do {
        waker = try LoopWaker()
    } catch {
        throw MailFailure(.internal, "cannot send mail: \(error.message)")
    }
    let outcome = await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
            answer.awaited(by: continuation)
            do throws(UserError) {
                try startThread(name: "mail") {
                    do throws(HTTPFailure) {
                        let transfer = try MailTransfer(mail, server, url: url, message)
                        transfer.run(within: milliseconds, waker, answer)
                    } catch {
                        answer.give(.failure(MailFailure(.internal, "cannot send mail: \(error.message)")))
                    }
                }
            } catch {
                answer.give(.failure(MailFailure(.internal, "cannot send mail: \(error.message)")))
            }
        }
    } onCancel: {
        answer.give(.failure(MailFailure(.cancelled, "cannot send mail through \(server.url): it was cancelled")))
        waker.wake()
    }
    return try outcome.get()
}

private typealias MailAnswer = Answer<Result<MailReceipt, MailFailure>>

/// One mail on its way, on its own thread.
private final class MailTransfer {
    private let mail: Mail
    private let server: MailServer
    private let url: String
    // curl reads all three for as long as it has the transfer.
    private let message: StableBytes
    private let recipients: CurlList
    private let tls: PreparedTLS
    private var sent = 0
    private var replies = MailReplies()
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    init(_ mail: Mail, _ server: MailServer, url: String, _ message: [UInt8]) throws(HTTPFailure) {
        self.mail = mail
        self.server = server
        self.url = url
        self.message = StableBytes(message)
        recipients = try CurlList(mail.to.map { "<\($0.address)>" })
        tls = PreparedTLS(server.tls)
        errorText.pointee = 0
    }

    deinit {
        errorText.deallocate()
    }

    /// Sends, and gives the answer as soon as it is known: what libcurl does afterwards may wait for the server once more.
    func run(within milliseconds: Int64, _ waker: LoopWaker, _ answer: MailAnswer) {
        guard let multi = curl_multi_init() else { return outOfMemory(answer) }
        defer { curl_multi_cleanup(multi) }
        guard let easy = curl_easy_init() else { return outOfMemory(answer) }
        defer { curl_easy_cleanup(easy) }
        do throws(MailFailure) {
            let verdict = apply(to: easy, milliseconds)
            guard verdict == CURLE_OK, curl_multi_add_handle(multi, easy) == CURLM_OK else {
                throw failure(.internal, lowercasedFirst(String(cString: curl_easy_strerror(verdict))))
            }
            defer { curl_multi_remove_handle(multi, easy) }
            guard let end = try turn(multi, waker) else { return }
            let system = Int32(truncatingIfNeeded: ccurl_get_long(easy, CURLINFO_OS_ERRNO))
            answer.give(end == CURLE_OK ? .success(replies.receipt) : .failure(explain(end, system)))
        } catch {
            answer.give(.failure(error))
        }
    }

    private func outOfMemory(_ answer: MailAnswer) {
        answer.give(.failure(failure(.internal, "out of memory")))
    }

    private func apply(to easy: UnsafeMutableRawPointer, _ milliseconds: Int64) -> CURLcode {
        let context = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
        var options = CurlOptions(easy)
        options.set(CURLOPT_URL, url)
        options.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        options.set(CURLOPT_PROXY, "")
        options.set(CURLOPT_NOSIGNAL, 1)
        options.set(CURLOPT_QUICK_EXIT, 1)
        options.set(CURLOPT_ERRORBUFFER, UnsafeRawPointer(errorText))
        options.set(CURLOPT_TIMEOUT_MS, Int(clamping: max(1, milliseconds)))
        options.set(CURLOPT_CONNECTTIMEOUT_MS, Int(clamping: server.connectTimeout))
        // Beside each reply this bounds the wait for the server's farewell, for which the other time-out does not count.
        options.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, Int(clamping: max(1, milliseconds / 1000 + 1)))
        options.set(CURLOPT_UPLOAD, 1)
        options.set(CURLOPT_INFILESIZE_LARGE, Int64(message.count))
        options.set(CURLOPT_READDATA, context)
        options.check(ccurl_set_sink(easy, CURLOPT_READFUNCTION, onWantedBytes))
        options.set(CURLOPT_HEADERDATA, context)
        options.check(ccurl_set_sink(easy, CURLOPT_HEADERFUNCTION, onReply))
        options.set(CURLOPT_MAIL_FROM, "<\(mail.from.address)>")
        options.set(CURLOPT_MAIL_RCPT, recipients)
        // Of several recipients one that is refused must not keep the news from the others.
        options.set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1)
        options.set(CURLOPT_USE_SSL, Int(server.requiresTLS ? CURLUSESSL_ALL.rawValue : CURLUSESSL_TRY.rawValue))
        if let login = server.login {
            options.set(CURLOPT_USERNAME, login.user)
            options.set(CURLOPT_PASSWORD, login.password)
        }
        tls.apply(to: &options)
        return options.verdict
    }

    /// Lets curl work until it is through; nil when nobody waits any more.
    private func turn(_ multi: UnsafeMutableRawPointer, _ waker: LoopWaker) throws(MailFailure) -> CURLcode? {
        var descriptor = curl_waitfd(fd: waker.descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        while true {
            var running: Int32 = 0
            guard curl_multi_perform(multi, &running) == CURLM_OK else { throw failure(.internal, "libcurl gave up") }
            var left: Int32 = 0
            if let ended = curl_multi_info_read(multi, &left)?.pointee, ended.msg == CURLMSG_DONE {
                return ended.data.result
            }
            curl_multi_poll(multi, &descriptor, 1, 1000, nil)
            if descriptor.revents != 0 { return nil }
        }
    }

    private func failure(_ code: MailFailure.Code, _ reason: String) -> MailFailure {
        var failure = MailFailure(code, "cannot send mail through \(server.url): \(reason)")
        failure.reply = replies.refusal?.code
        failure.transcript = replies.transcript
        return failure
    }

    /// What curl's code means; `system` is the C library's, where one led to it.
    private func explain(_ end: CURLcode, _ system: Int32) -> MailFailure {
        let detail = curlDetail(String(cString: errorText), end)
        let refusal = replies.refusal.map { "the server said: \($0.line)" }
        switch end {
        case CURLE_OPERATION_TIMEDOUT: return failure(.timeout, "timed out")
        case CURLE_COULDNT_RESOLVE_HOST: return failure(.unreachable, "the name of the host is not known")
        case CURLE_COULDNT_CONNECT: return failure(.unreachable, system != 0 ? systemError(system) : detail)
        case CURLE_USE_SSL_FAILED: return failure(.tls, refusal ?? "the server does not offer STARTTLS")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            return failure(.tls, detail)
        case CURLE_LOGIN_DENIED: return failure(.login, refusal ?? "user or password are not accepted")
        default:
            if let refusal { return failure(.refused, refusal) }
            switch end {
            case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_WEIRD_SERVER_REPLY, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE,
                CURLE_REMOTE_ACCESS_DENIED:
                return failure(.broken, detail)
            default: return failure(.internal, detail)
            }
        }
    }

    /// Gives curl the next bytes of the message, as many as it has room for.
    fileprivate func read(into room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(room.count, message.count - sent)
        guard count > 0 else { return 0 }
        room.copyMemory(from: UnsafeRawBufferPointer(start: message.start + sent, count: count))
        sent += count
        return count
    }

    fileprivate func take(_ line: UnsafeRawBufferPointer) {
        replies.take(line)
    }
}

/// curl wants bytes of the message. The context is the `MailTransfer`.
private func onWantedBytes(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context, let bytes else { return 0 }
    let (room, overflow) = size.multipliedReportingOverflow(by: count)
    guard !overflow else { return 0 }
    return Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
        .read(into: UnsafeMutableRawBufferPointer(start: bytes, count: room))
}

/// A line of a reply. The context is the `MailTransfer`.
private func onReply(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
        .take(UnsafeRawBufferPointer(start: bytes, count: count))
    return count
}
