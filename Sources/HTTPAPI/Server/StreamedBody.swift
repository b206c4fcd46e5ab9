import CMicrohttpd
import Synchronization

/// The bytes of a streamed answer between its producer, which is a task, and the library, which asks for them when the client has
/// room. Whoever is ahead waits: the producer in `write`, the library with its connection suspended.
final class StreamedBody: SuspendedRequest {
    private enum End {
        case complete
        case broken
    }

    private struct State {
        var chunks: [[UInt8]] = []
        var firstChunk = 0
        var offset = 0
        var buffered = 0
        var sent: Int64 = 0
        var end: End?
        /// Nobody will read any more.
        var closed = false
        /// The watch over the suspended connection.
        var token: UInt64?
        /// The producer that waits for room.
        var waiting: CheckedContinuation<Void, any Error>?
        var task: Task<Void, Never>?

        /// Moves bytes into the library's buffer: how many.
        mutating func take(into buffer: UnsafeMutableRawBufferPointer) -> Int {
            var filled = 0
            while filled < buffer.count, firstChunk < chunks.count {
                let left = chunks[firstChunk].count - offset
                let count = min(left, buffer.count - filled)
                chunks[firstChunk].withUnsafeBytes { chunk in
                    UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: chunk[offset..<offset + count]))
                }
                filled += count
                offset += count
                if count == left {
                    // Freed now; the places of the chunks are given up together.
                    chunks[firstChunk] = []
                    firstChunk += 1
                    offset = 0
                }
            }
            if firstChunk == chunks.count {
                chunks.removeAll(keepingCapacity: true)
                firstChunk = 0
            }
            buffered -= filled
            sent += Int64(filled)
            return filled
        }
    }

    // Not the exchange: that one holds on to this until the end of the request, for the log.
    private let core: ServerCore
    private let socket: Int32
    private let library: LibraryConnection
    private let produce: @Sendable (BodyWriter) async throws -> Void
    private let state = Mutex(State())

    init(
        _ core: ServerCore, _ library: LibraryConnection,
        _ produce: @escaping @Sendable (BodyWriter) async throws -> Void
    ) {
        self.core = core
        socket = library.socket
        self.library = library
        self.produce = produce
    }

    /// Bytes that the library has taken.
    var sent: Int64 { state.withLock { $0.sent } }

    /// A response of the library that reads from here, and holds on to this until it is destroyed.
    func makeResponse() -> OpaquePointer? {
        let reference = Unmanaged.passRetained(self)
        let size = core.limits.streamBlock
        let response = MHD_create_response_from_callback(
            UInt64.max, size, readStreamedBody, reference.toOpaque(), closeStreamedBody)
        if response == nil { reference.release() }
        return response
    }

    /// Starts the producer.
    func start() {
        let task = core.workers.run {
            do {
                try await self.produce(BodyWriter { bytes in try await self.write(bytes) })
                self.finish(.complete)
            } catch {
                if !(error is CancellationError) {
                    self.core.logger.warn("answer broken off", ["error": "\(error)"])
                }
                self.finish(.broken)
            }
        }
        let closed = state.withLock { state in
            if state.end == nil { state.task = task }
            return state.closed
        }
        if closed { task.cancel() }
    }
}

// MARK: The producer's side

extension StreamedBody {
    private func write(_ bytes: [UInt8]) async throws {
        let limit = core.limits.streamBuffer
        let (token, full) = try state.withLock { state throws -> (UInt64?, Bool) in
            if state.closed { throw CancellationError() }
            state.chunks.append(bytes)
            state.buffered += bytes.count
            return (state.token.take(), state.buffered > limit)
        }
        resume(token)
        guard full else { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waitForRoom($0) }
        } onCancel: {
            close()
        }
    }

    private func waitForRoom(_ continuation: CheckedContinuation<Void, any Error>) {
        let (closed, room) = state.withLock { state in
            let room = state.buffered <= core.limits.streamBuffer / 2
            if !state.closed, !room { state.waiting = continuation }
            return (state.closed, room)
        }
        if closed {
            continuation.resume(throwing: CancellationError())
        } else if room {
            continuation.resume()
        }
    }

    private func finish(_ end: End) {
        let token = state.withLock { state in
            state.end = state.end ?? end
            state.task = nil
            return state.token.take()
        }
        resume(token)
    }

    /// Gives the connection back to the library, when it was suspended. The watch ends before: once resumed, the connection
    /// may be gone at any time.
    private func resume(_ token: UInt64?) {
        guard let token else { return }
        core.watch.unwatch(socket, token)
        library.resume()
    }
}

// MARK: The library's side

extension StreamedBody {
    /// Fills the library's buffer: how many bytes, 0 with the connection suspended, or what says that it is over.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let (count, producer) = state.withLock { state -> (Int, CheckedContinuation<Void, any Error>?) in
            let count = state.take(into: buffer)
            if count > 0 {
                let room = state.buffered <= core.limits.streamBuffer / 2
                return (count, room ? state.waiting.take() : nil)
            }
            switch state.end {
            case .complete: return (mhd_end_of_stream, nil)
            case .broken: return (mhd_end_with_error, nil)
            case nil: break
            }
            guard let token = core.watch.watch(socket, self) else {
                return (mhd_end_with_error, nil)
            }
            state.token = token
            library.suspend()
            return (0, nil)
        }
        producer?.resume()
        return count
    }

    /// Nobody reads any more: the producer learns it from its next `write`, or from its task's cancellation.
    func close() {
        let (producer, task) = state.withLock { state in
            state.closed = true
            state.chunks = []
            state.firstChunk = 0
            state.offset = 0
            state.buffered = 0
            return (state.waiting.take(), state.task.take())
        }
        producer?.resume(throwing: CancellationError())
        task?.cancel()
    }

    func clientLeft() { close() }

    func abandon() {
        close()
        finish(.broken)
    }
}

private func readStreamedBody(
    _ argument: UnsafeMutableRawPointer?, _ position: UInt64, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int
) -> Int {
    guard let argument, let buffer else { return mhd_end_with_error }
    return Unmanaged<StreamedBody>.fromOpaque(argument).takeUnretainedValue()
        .read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size))
}

private func closeStreamedBody(_ argument: UnsafeMutableRawPointer?) {
    guard let argument else { return }
    Unmanaged<StreamedBody>.fromOpaque(argument).takeRetainedValue().close()
}
