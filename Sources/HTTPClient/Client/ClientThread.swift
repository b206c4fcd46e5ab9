import Glibc
import Model

/// The thread behind an `HTTPClient`: turns the loop and does what the mailbox says, until that is closed.
final class ClientThread {
    private let loop: TransferLoop
    fileprivate let mailbox: ClientMailbox
    private var calls: [CallID: (transfer: TransferID, request: PreparedRequest, receiver: Receiver)] = [:]

    private init(_ loop: TransferLoop, _ mailbox: ClientMailbox) {
        self.loop = loop
        self.mailbox = mailbox
    }

    /// Starts a thread that owns the loop from now on.
    static func start(_ loop: sending TransferLoop, _ mailbox: ClientMailbox) throws(UserError) {
        let context = Unmanaged.passRetained(ClientThread(loop, mailbox))
        // Signals are for the threads that wait for them. A new thread inherits the mask.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let verdict = pthread_create(&thread, nil, runClientThread, context.toOpaque())
        guard verdict == 0 else {
            context.release()
            throw UserError("cannot start the thread of an HTTP client: \(systemError(verdict))")
        }
        pthread_detach(thread)
    }

    /// The thread's life.
    fileprivate func run() {
        var isClosed = false
        while !isClosed {
            let (orders, mailboxIsClosed) = mailbox.take()
            isClosed = mailboxIsClosed
            for order in orders { obey(order) }
            if isClosed { break }
            do {
                try loop.turn(waitingAtMost: 60_000)
            } catch {
                // The machine cannot wait for sockets any more, so nobody would get an answer: better an end than a hang.
                mailbox.close(whenStopped: nil)
            }
        }
        for call in calls.values { call.receiver.fail(closedFailure(call.request)) }
        calls.removeAll()
    }

    private func obey(_ order: ClientMailbox.Order) {
        switch order {
        case .cancel(let id):
            if let call = calls[id] { loop.cancel(call.transfer) }
        case .resume(let id):
            if let call = calls[id] { loop.resume(call.transfer) }
        case .start(let id, let request, let receiver):
            calls[id] = (begin(id, request, receiver), request, receiver)
        }
    }

    private func begin(_ id: CallID, _ request: PreparedRequest, _ receiver: Receiver) -> TransferID {
        switch receiver {
        case .whole(let continuation):
            loop.start(request) { [unowned self] result in
                calls[id] = nil
                if let response = result.response {
                    continuation.resume(returning: .success(response))
                } else {
                    continuation.resume(returning: .failure(result.failure ?? unansweredFailure(request)))
                }
            }
        case .stream(let channel):
            loop.start(
                request, onHead: channel.begin, onBody: channel.offer,
                completion: { [unowned self] result in
                    calls[id] = nil
                    channel.finish(result.failure)
                })
        }
    }
}

/// The failure of a transfer that ended well without a status, which HTTP does not allow.
private func unansweredFailure(_ request: PreparedRequest) -> HTTPFailure {
    HTTPFailure(.protocol, "cannot read \(request.shownURL): the answer has no status")
}

/// What the thread runs. The context is a retained `ClientThread`.
private func runClientThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let mailbox = runToTheEnd(Unmanaged<ClientThread>.fromOpaque(context))
    mailbox.stopped()
    return nil
}

/// Runs a thread, lets go of it and its loop, and only then hands out the mailbox to tell so.
private func runToTheEnd(_ context: Unmanaged<ClientThread>) -> ClientMailbox {
    let thread = context.takeRetainedValue()
    thread.run()
    return thread.mailbox
}
