/// An answer whose body is read while it comes, chunk by chunk, by one reader. When nobody holds the stream or an iterator of
/// it any more, the transfer ends.
///
/// What comes faster than it is read waits: some of it in a buffer of bounded size, the rest at the server.
public struct HTTPStream: AsyncSequence, Sendable {
    /// Bytes of the body, as many as were there to be read.
    public typealias Element = [UInt8]
    /// Why the body ended early.
    public typealias Failure = HTTPFailure

    /// Everything about the answer but its body.
    public let head: HTTPHead
    private let lease: StreamLease

    init(head: HTTPHead, lease: StreamLease) {
        self.head = head
        self.lease = lease
    }

    /// Reads on from where the last iterator stopped: a body comes once.
    public func makeAsyncIterator() -> Iterator {
        Iterator(lease: lease)
    }

    /// Reads the chunks.
    public struct Iterator: AsyncIteratorProtocol {
        let lease: StreamLease

        /// The next chunk; nil behind the last. Cancelling the task ends the transfer.
        public func next(isolation actor: isolated (any Actor)? = #isolation) async throws(HTTPFailure) -> [UInt8]? {
            let lease = lease
            return try await withTaskCancellationHandler {
                await lease.channel.next()
            } onCancel: {
                lease.cancel()
            }.get()
        }

        /// The next chunk; nil behind the last. Cancelling the task ends the transfer.
        public func next() async throws(HTTPFailure) -> [UInt8]? {
            try await next(isolation: nil)
        }
    }
}

/// Held by everyone who may still read a stream. Its end is the transfer's.
final class StreamLease: Sendable {
    let channel: StreamChannel
    let cancel: @Sendable () -> Void

    init(channel: StreamChannel, cancel: @escaping @Sendable () -> Void) {
        self.channel = channel
        self.cancel = cancel
    }

    deinit {
        // Nothing is found under this name when the transfer is over.
        cancel()
    }
}
