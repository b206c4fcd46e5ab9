import CPlatform
import Glibc
import Model
import Synchronization
import Threads

/// A request whose connection is suspended. The library does not look at such a connection, so that we must.
protocol SuspendedRequest: AnyObject, Sendable {
    /// The client has closed its side.
    func clientLeft()
    /// The server stops: the connection is to be resumed now, whatever becomes of the task.
    func abandon()
}

/// One thread that looks after the connections where the library does not: it notices clients that leave while their request is
/// suspended, and those that take too long to send one. It sleeps while there is nothing to look after.
final class SocketWatch: Sendable {
    private struct State {
        var requests: [UInt64: any SuspendedRequest] = [:]
        var nextToken: UInt64 = 1
        var stopped = false
        var ticking = false
    }

    private let state = Mutex(State())
    private let epoll: Int32
    private let alarm: Int32
    private let tickMilliseconds: Int32
    /// Cuts off who is late, and says whether there is anybody to look after.
    private let tick: @Sendable () -> Bool

    /// Starts the thread; `tick` is called every `tickMilliseconds` while there are connections.
    init(tickMilliseconds: Int32, tick: @escaping @Sendable () -> Bool) throws(UserError) {
        self.tickMilliseconds = tickMilliseconds
        self.tick = tick
        epoll = platform_epoll_create()
        alarm = platform_eventfd()
        guard epoll >= 0, alarm >= 0, platform_epoll_watch_readable(epoll, alarm, 0) == 0 else {
            let reason = errorText(errno)
            if epoll >= 0 { close(epoll) }
            if alarm >= 0 { close(alarm) }
            throw UserError("cannot start server: epoll: \(reason)")
        }
        try startThread(name: "http-watch", stackSize: 128 * 1024) { self.run() }
    }

    // The thread holds a reference: this runs when it has ended.
    deinit {
        close(epoll)
        close(alarm)
    }

    /// Looks after a request that is about to be suspended; nil when the server stops and nothing may be suspended any more.
    func watch(_ socket: Int32, _ request: any SuspendedRequest) -> UInt64? {
        state.withLock { state in
            if state.stopped { return nil }
            let token = state.nextToken
            state.nextToken += 1
            state.requests[token] = request
            // Level-triggered, if once: a client that had left before this is noticed too. Should the kernel have no memory
            // for the watch, the request is still answered, only its client's leaving goes unnoticed.
            _ = platform_epoll_watch_hangup(epoll, socket, token)
            return token
        }
    }

    /// Ends the watch, before the connection is resumed: after that its socket is no longer ours.
    func unwatch(_ socket: Int32, _ token: UInt64) {
        state.withLock { state in
            guard state.requests.removeValue(forKey: token) != nil else { return }
            _ = platform_epoll_forget(epoll, socket)
        }
    }

    /// There is a connection: the ticks begin if they have not.
    func connectionOpened() {
        let start = state.withLock { state in
            defer { state.ticking = true }
            return !state.ticking
        }
        if start { ring() }
    }

    /// Ends the thread, and abandons every request that is suspended.
    func stop() {
        let requests = state.withLock { state in
            state.stopped = true
            return Array(state.requests.values)
        }
        for request in requests { request.abandon() }
        ring()
    }

    private func ring() { platform_eventfd_ring(alarm) }

    private func run() {
        var tokens = [UInt64](repeating: 0, count: 64)
        var lastTick = monotonicNanoseconds()
        while true {
            let (ticking, stopped) = state.withLock { ($0.ticking, $0.stopped) }
            if stopped { return }
            let count = platform_epoll_wait(epoll, &tokens, Int32(tokens.count), ticking ? tickMilliseconds : -1)
            for token in tokens.prefix(max(0, Int(count))) { handle(token) }
            let now = monotonicNanoseconds()
            guard ticking, now - lastTick >= UInt64(tickMilliseconds) * 1_000_000 else { continue }
            lastTick = now
            // Forgotten before looking: a connection that comes in between starts the ticks again.
            state.withLock { $0.ticking = false }
            if tick() { state.withLock { $0.ticking = true } }
        }
    }

    private func handle(_ token: UInt64) {
        if token == 0 {
            platform_eventfd_hush(alarm)
            return
        }
        state.withLock { $0.requests[token] }?.clientLeft()
    }
}
