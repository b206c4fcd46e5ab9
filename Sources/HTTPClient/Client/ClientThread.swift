import Model
import Threads

/// The thread behind an `HTTPClient`: turns the loop and does what the mailbox says, until that is closed.
final class ClientThread {
    private let loop: TransferLoop
    private let mailbox: ClientMailbox
    private var calls: [CallID: (transfer: TransferID, request: PreparedRequest, receiver: Receiver)] = [:]

    private init(_ loop: TransferLoop, _ mailbox: ClientMailbox) {
        self.loop = loop
        self.mailbox = mailbox
    }

    /// Starts a thread that owns the loop from now on.
    static func start(_ loop: sending TransferLoop, _ mailbox: ClientMailbox) throws(UserError) {
        let loop = Handover(loop)
        try startThread(name: "http-client") {
            // The loop goes with its thread's life, and only then is anybody told of its end.
            if let loop = loop.take() { ClientThread(loop, mailbox).run() }
            mailbox.stopped()
        }
    }

    /// The thread's life.
    private func run() {
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
