import Synchronization

/// Names one call of one client.
typealias CallID = UInt64

/// Who waits for an answer.
enum Receiver: Sendable {
    /// A task that waits for all of it.
    case whole(CheckedContinuation<Result<HTTPResponse, HTTPFailure>, Never>)
    /// A stream.
    case stream(StreamChannel)

    /// Tells that nothing will come.
    func fail(_ failure: HTTPFailure) {
        switch self {
        case .whole(let continuation): continuation.resume(returning: .failure(failure))
        case .stream(let channel): channel.finish(failure)
        }
    }
}

/// What tasks want of the client's thread, in the order they want it.
final class ClientMailbox: Sendable {
    /// A wish.
    enum Order: Sendable {
        case start(CallID, PreparedRequest, Receiver)
        case cancel(CallID)
        case resume(CallID)
    }

    private struct State {
        var orders: [Order] = []
        var lastCall: CallID = 0
        var isClosed = false
        var hasStopped = false
        var waitForStop: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let waker: LoopWaker

    init(waker: LoopWaker) {
        self.waker = waker
    }

    /// A name for a call to come.
    func newCall() -> CallID {
        state.withLock { state in
            state.lastCall += 1
            return state.lastCall
        }
    }

    /// Starts a call, or fails it when the client is closed. To be called in the task that waits.
    func start(_ id: CallID, _ request: PreparedRequest, _ receiver: Receiver) {
        guard post(.start(id, request, receiver)) else { return receiver.fail(closedFailure(request)) }
        // A task cancelled before this call posted its wish to cancel too early to find anything: say it again.
        if Task.isCancelled { post(.cancel(id)) }
    }

    /// Notes a wish. False when the client is closed.
    @discardableResult
    func post(_ order: Order) -> Bool {
        let isFirst = state.withLock { state -> Bool? in
            if state.isClosed { return nil }
            state.orders.append(order)
            return state.orders.count == 1
        }
        // The thread takes all wishes at once, so only the first of them has to wake it.
        if isFirst == true { waker.wake() }
        return isFirst != nil
    }

    /// Takes no more wishes, and lets the thread end.
    func close(whenStopped continuation: CheckedContinuation<Void, Never>?) {
        let hasStopped = state.withLock { state in
            state.isClosed = true
            if !state.hasStopped, let continuation { state.waitForStop.append(continuation) }
            return state.hasStopped
        }
        waker.wake()
        if hasStopped { continuation?.resume() }
    }

    /// The wishes so far, and whether there will be no more. For the thread.
    func take() -> (orders: [Order], isClosed: Bool) {
        state.withLock { state in
            defer { state.orders.removeAll(keepingCapacity: true) }
            return (state.orders, state.isClosed)
        }
    }

    /// Tells everyone who waits for it that the thread is through.
    func stopped() {
        let waiting = state.withLock { state in
            state.hasStopped = true
            defer { state.waitForStop.removeAll() }
            return state.waitForStop
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// The failure of a call that a closed client cannot serve.
func closedFailure(_ request: PreparedRequest) -> HTTPFailure {
    HTTPFailure(.closed, "cannot fetch \(request.shownURL): the client is closed")
}
