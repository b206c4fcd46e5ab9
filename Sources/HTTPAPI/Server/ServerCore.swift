import Instruments
import Logging
import Model
import Synchronization

/// What the callbacks of the library share.
final class ServerCore: Sendable {
    let router: Router
    let limits: ServerLimits
    let logger: Logger
    let instruments: ServerInstruments
    let workers: WorkerThreads
    let connections: ConnectionTable
    let watch: SocketWatch
    /// Set once: no request begins any more, and no connection is kept.
    let stopping = Atomic(false)
    /// Requests whose answers have not been sent.
    let active = Atomic(0)
    /// The bytes of bodies that are in memory.
    let bodyBytes = Atomic(0)

    init(router: Router, limits: ServerLimits, registry: Registry, logger: Logger) throws(UserError) {
        self.router = router
        self.limits = limits
        self.logger = logger
        workers = WorkerThreads(limit: limits.workers)
        let connections = ConnectionTable()
        self.connections = connections
        // Fine enough for the shortest of the times, and coarse enough to cost nothing.
        let tick = min(1000, max(10, min(limits.headTime, limits.bodyTime) / 10))
        watch = try SocketWatch(tickMilliseconds: Int32(tick)) {
            let count = connections.cutOff(at: monotonicNanoseconds())
            if count > 0 { logger.debug("connections cut off", ["count": "\(count)"]) }
            return connections.count > 0
        }
        instruments = ServerInstruments(registry, patterns: router.patterns, connections: connections)
    }

    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    /// Beyond the connections that are served a few are accepted and told so; what comes after those is closed at once.
    var surplusConnections: Int { max(16, limits.connections / 10) }

    /// When a client that is to send a head must have done it.
    func headDeadline(idle: Bool) -> UInt64 {
        let milliseconds = limits.headTime + (idle ? limits.idleTime : 0)
        return monotonicNanoseconds() + nanoseconds(milliseconds)
    }

    /// When a client that has sent a head must have sent the body, before anything is granted for the bytes of it.
    func bodyDeadline() -> UInt64 { monotonicNanoseconds() + nanoseconds(limits.bodyTime) }

    /// What is granted for bytes of a body.
    func bodyTime(for count: Int) -> UInt64 {
        UInt64(count) * 1_000_000_000 / UInt64(max(1, limits.bodyRate))
    }

    /// Makes room for bytes of a body, unless all bodies together would take too much.
    func reserveBody(_ count: Int) -> Bool {
        let total = bodyBytes.wrappingAdd(count, ordering: .relaxed).newValue
        if total <= limits.bodiesInFlight { return true }
        releaseBody(count)
        return false
    }

    func releaseBody(_ count: Int) { bodyBytes.wrappingSubtract(count, ordering: .relaxed) }
}

private func nanoseconds(_ milliseconds: Int64) -> UInt64 { UInt64(max(0, milliseconds)) * 1_000_000 }
