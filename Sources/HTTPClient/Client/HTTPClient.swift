import Model

/// An HTTP client for tasks: a transfer loop on a thread of its own.
///
/// To cross between a task and the thread costs some 20 µs. Who asks thousands of servers every few seconds owns a thread
/// and a `TransferLoop` instead.
public final class HTTPClient: Sendable {
    private let mailbox: ClientMailbox

    /// A client whose thread waits for work. Throws when the machine is out of memory, threads or file descriptors.
    public init(options: TransferLoopOptions = TransferLoopOptions()) throws(UserError) {
        let loop = try TransferLoop(options: options)
        mailbox = ClientMailbox(waker: loop.waker)
        try ClientThread.start(loop, mailbox)
    }

    deinit {
        mailbox.close(whenStopped: nil)
    }

    /// Asks, and waits for the whole answer, whatever its status. Cancelling the task ends the transfer.
    public func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        try await send(try PreparedRequest(request))
    }

    /// Asks, and waits for the whole answer, whatever its status. Cancelling the task ends the transfer.
    public func send(_ request: PreparedRequest) async throws(HTTPFailure) -> HTTPResponse {
        let id = mailbox.newCall()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                mailbox.start(id, request, .whole(continuation))
            }
        } onCancel: {
            mailbox.post(.cancel(id))
        }
        return try outcome.get()
    }

    /// Asks, waits for the head of the answer, and hands the body on as it comes. Mind the request's time-out and size limit:
    /// they hold for the whole stream.
    public func stream(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPStream {
        try await stream(try PreparedRequest(request))
    }

    /// Asks, waits for the head of the answer, and hands the body on as it comes.
    public func stream(_ request: PreparedRequest) async throws(HTTPFailure) -> HTTPStream {
        let id = mailbox.newCall()
        let mailbox = mailbox
        let channel = StreamChannel(resume: { mailbox.post(.resume(id)) })
        let lease = StreamLease(channel: channel, cancel: { mailbox.post(.cancel(id)) })
        mailbox.start(id, request, .stream(channel))
        let head = try await withTaskCancellationHandler {
            await channel.head()
        } onCancel: {
            lease.cancel()
        }.get()
        return HTTPStream(head: head, lease: lease)
    }

    /// Ends every call under way with the failure `closed`, and the thread. Returns when the thread has done so. Calls made
    /// later fail at once.
    public func close() async {
        await withCheckedContinuation { continuation in
            mailbox.close(whenStopped: continuation)
        }
    }
}
