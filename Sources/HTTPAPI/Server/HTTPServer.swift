import CMicrohttpd
import Glibc
import Instruments
import Logging
import Model
import Synchronization
import Threads

/// The server: libmicrohttpd with a router behind it. Once started it must be stopped.
public final class HTTPServer: Sendable {
    /// Where it listens; the port is the one the kernel chose when 0 was asked for.
    public let address: ListenAddress

    /// What to open in a browser on this machine.
    public let url: String

    private let core: ServerCore
    private let daemon: LibraryDaemon
    private let log: LogSlot
    private let stopped = Atomic(false)

    /// Starts a server. Throws one clear line when the address cannot be had or the TLS files are of no use.
    public static func start(
        on address: ListenAddress, router: Router, limits: ServerLimits = ServerLimits(), tls: TLSFiles? = nil,
        registry: Registry = Registry(), logger: Logger = Logger()
    ) throws(UserError) -> HTTPServer {
        let material: TLSMaterial? = if let tls { try TLSMaterial(tls) } else { nil }
        let listener = try Listener(address)
        do throws(UserError) {
            return try HTTPServer(
                listener, ServerCore(router: router, limits: limits, registry: registry, logger: logger), material)
        } catch {
            close(listener.socket)
            throw error
        }
    }

    private init(_ listener: Listener, _ core: ServerCore, _ tls: TLSMaterial?) throws(UserError) {
        self.core = core
        address = listener.address
        url = listener.address.url(scheme: tls == nil ? "http" : "https")
        log = LogSlot(core)
        guard let daemon = startDaemon(listener, core, log, tls) else {
            core.watch.stop()
            core.workers.retire()
            let reason = tls == nil ? "libmicrohttpd refuses" : "the TLS certificate and key do not fit, or are no PEM"
            throw UserError("cannot start server on \(listener.address): \(reason)")
        }
        self.daemon = LibraryDaemon(pointer: daemon)
    }

    /// The connections that are open.
    public var connectionCount: Int { core.connections.count }

    /// The tasks of requests that have not ended.
    public var taskCount: Int { core.workers.liveTasks }

    /// The bytes of bodies that are in memory.
    public var bodyBytes: Int { core.bodyBytes.load(ordering: .relaxed) }

    /// Whether `stop` has been called.
    public var isStopping: Bool { core.isStopping }

    /// Stops: accepts no more, lets the requests that run come to their end for at most so many milliseconds, gives up the rest
    /// (their tasks are cancelled, their clients are told 503), and closes everything.
    public func stop(within milliseconds: Int64) async {
        guard stopped.compareExchange(expected: false, desired: true, ordering: .sequentiallyConsistent).exchanged
        else { return }
        core.stopping.store(true, ordering: .sequentiallyConsistent)
        // Who connects from now on is closed at once. (Not with MHD_quiesce_daemon: it and the library's own threads take the
        // listening socket out of their sets at the same time, and whoever comes second ends the process.)
        await drain(milliseconds)
        core.watch.stop()
        // What was given up has its answer on the way; it needs a moment to go out.
        await drain(min(milliseconds, 250))
        // This closes the listening socket too.
        await stopDaemon()
        core.workers.retire()
        withExtendedLifetime(log) {}
    }

    /// Waits until every answer has been sent. It looks every 5 ms: the end of a program is no place for cleverness.
    private func drain(_ milliseconds: Int64) async {
        let end = monotonicNanoseconds() + UInt64(max(0, milliseconds)) * 1_000_000
        while core.active.load(ordering: .relaxed) > 0, monotonicNanoseconds() < end {
            do {
                try await Task.sleep(nanoseconds: 5_000_000)
            } catch {
                // Who stops the server is in a hurry himself.
                return
            }
        }
    }

    /// The library joins its threads, which blocks: not on a thread that other tasks need.
    private func stopDaemon() async {
        let daemon = daemon
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            do {
                try startThread(name: "http-stop") {
                    MHD_stop_daemon(daemon.pointer)
                    done.resume()
                }
            } catch {
                MHD_stop_daemon(daemon.pointer)
                done.resume()
            }
        }
    }
}

/// The log's place in memory, which the library keeps an eye on for as long as the daemon lives.
private final class LogSlot: @unchecked Sendable {
    // Sendable: written once, before the library sees it.
    let pointer: UnsafeMutablePointer<mhd_log>

    init(_ core: ServerCore) {
        pointer = .allocate(capacity: 1)
        // The server holds the core for as long as this.
        pointer.initialize(to: mhd_log(write: noteMessage, context: Unmanaged.passUnretained(core).toOpaque()))
    }

    deinit { pointer.deallocate() }
}

private func startDaemon(
    _ listener: Listener, _ core: ServerCore, _ log: LogSlot, _ tls: TLSMaterial?
) -> OpaquePointer? {
    let limits = core.limits
    var flags = MHD_USE_EPOLL_INTERNAL_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue | MHD_USE_ERROR_LOG.rawValue
    if tls != nil { flags |= MHD_USE_TLS.rawValue }
    // Every thread of the library has its share of the connections, and the kernel does not deal them out evenly: the library's
    // own limit is far enough above ours never to be met.
    let connections = UInt32(clamping: (limits.connections + core.surplusConnections) * max(1, limits.threads) * 2)
    func start(_ certificate: UnsafePointer<CChar>?, _ key: UnsafePointer<CChar>?) -> OpaquePointer? {
        "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1".withCString { priorities in
            var configuration = mhd_configuration(
                flags: flags, listen_socket: listener.socket, connections: connections,
                idle_seconds: UInt32(clamping: (limits.idleTime + 999) / 1000),
                threads: UInt32(clamping: limits.threads),
                connection_memory: limits.connectionMemory, thread_stack: 512 * 1024, key: key,
                certificate: certificate, priorities: priorities, log: log.pointer,
                context: Unmanaged.passUnretained(core).toOpaque(), accept: acceptConnection, handle: handleRequest,
                begin: beginRequest, complete: endRequest, notify: noteConnection)
            return mhd_start(&configuration)
        }
    }
    guard let tls else { return start(nil, nil) }
    return tls.certificate.withCString { certificate in tls.key.withCString { key in start(certificate, key) } }
}
