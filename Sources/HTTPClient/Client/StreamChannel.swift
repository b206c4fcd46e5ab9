import Synchronization

/// The way of a streamed body from the client's thread to the task that reads it.
final class StreamChannel: Sendable {
    private typealias HeadWaiter = CheckedContinuation<Result<HTTPHead, HTTPFailure>, Never>
    private typealias ChunkWaiter = CheckedContinuation<Result<[UInt8]?, HTTPFailure>, Never>

    private struct State {
        var head: HTTPHead?
        /// What came and was not read yet.
        var waiting: [UInt8] = []
        var isPaused = false
        /// Set at the end: nil inside for a whole body.
        var end: HTTPFailure??
        var headWaiter: HeadWaiter?
        var chunkWaiter: ChunkWaiter?
    }

    /// How many bytes may wait to be read before the transfer pauses.
    private let limit = 256 << 10
    private let state = Mutex(State())
    private let resume: @Sendable () -> Void

    init(resume: @escaping @Sendable () -> Void) {
        self.resume = resume
    }

    // MARK: On the client's thread

    /// The head is there.
    func begin(_ head: HTTPHead) {
        let waiter = state.withLock { state in
            state.head = head
            defer { state.headWaiter = nil }
            return state.headWaiter
        }
        waiter?.resume(returning: .success(head))
    }

    /// Takes a chunk, unless enough of them wait already.
    func offer(_ bytes: UnsafeRawBufferPointer) -> BodyStep {
        if bytes.isEmpty { return .proceed }
        let (step, waiter) = state.withLock { state -> (BodyStep, ChunkWaiter?) in
            if let waiter = state.chunkWaiter {
                state.chunkWaiter = nil
                return (.proceed, waiter)
            }
            guard state.waiting.count < limit else {
                state.isPaused = true
                return (.pause, nil)
            }
            state.waiting.append(contentsOf: bytes)
            return (.proceed, nil)
        }
        waiter?.resume(returning: .success(Array(bytes)))
        return step
    }

    /// Nothing more will come. What waits to be read still can be.
    func finish(_ failure: HTTPFailure?) {
        let (headWaiter, chunkWaiter) = state.withLock { state in
            state.end = .some(failure)
            defer { (state.headWaiter, state.chunkWaiter) = (nil, nil) }
            return (state.headWaiter, state.chunkWaiter)
        }
        headWaiter?.resume(returning: .failure(failure ?? noHead))
        chunkWaiter?.resume(returning: failure.map { .failure($0) } ?? .success(nil))
    }

    // MARK: In the reading task

    /// Waits for the head.
    func head() async -> Result<HTTPHead, HTTPFailure> {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state -> Result<HTTPHead, HTTPFailure>? in
                if let head = state.head { return .success(head) }
                if let end = state.end { return .failure(end ?? noHead) }
                state.headWaiter = continuation
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }

    /// Waits for a chunk; nil behind the last.
    func next() async -> Result<[UInt8]?, HTTPFailure> {
        await withCheckedContinuation { continuation in
            let (ready, shallResume) = state.withLock { state -> (Result<[UInt8]?, HTTPFailure>?, Bool) in
                if !state.waiting.isEmpty {
                    defer { (state.waiting, state.isPaused) = ([], false) }
                    return (.success(state.waiting), state.isPaused)
                }
                if let end = state.end { return (end.map { .failure($0) } ?? .success(nil), false) }
                guard state.chunkWaiter == nil else { return (.failure(twoReaders), false) }
                state.chunkWaiter = continuation
                return (nil, false)
            }
            if shallResume { resume() }
            if let ready { continuation.resume(returning: ready) }
        }
    }
}

private let noHead = HTTPFailure(.protocol, "cannot read an answer: it has no head")
private let twoReaders = HTTPFailure(.internal, "cannot read a stream: another task is reading it")
