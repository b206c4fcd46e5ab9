import CPlatform
import Glibc
import Model

/// A thread with a name of its own that can be waited for.
public final class Thread: @unchecked Sendable {
    // Sendable: `handle` is written once by the creator and read once by `join`.
    private var handle = pthread_t()

    /// Starts a thread that runs `body`.
    public init(name: String, _ body: @escaping @Sendable () -> Void) throws(UserError) {
        handle = try start(name, nil, body)
    }

    /// Waits for the end of the thread; to be called once.
    public func join() { pthread_join(handle, nil) }
}

/// Starts a thread that nobody waits for, with a small stack: the default of 8 MiB is too much address space for many. One
/// with a `niceness` (up to 19) gets less of the processors where others want them too.
public func startThread(
    name: String, stackSize: Int = 512 * 1024, niceness: Int32 = 0, _ body: @escaping @Sendable () -> Void
) throws(UserError) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, stackSize)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { pthread_attr_destroy(&attributes) }
    _ = try start(name, &attributes) {
        if niceness > 0 { platform_be_nice(niceness) }
        body()
    }
}

/// Does work that may take its time, or needs a deep stack, on a thread of its own, while the task waits.
public func onThread<Answer: Sendable>(
    name: String, stackSize: Int, niceness: Int32 = 0, _ work: @escaping @Sendable () throws -> Answer
) async throws -> Answer {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Answer, any Error>) in
        do {
            try startThread(name: name, stackSize: stackSize, niceness: niceness) {
                continuation.resume(with: Result(catching: work))
            }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}

private func start(
    _ name: String, _ attributes: UnsafePointer<pthread_attr_t>?, _ body: @escaping @Sendable () -> Void
) throws(UserError) -> pthread_t {
    let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
    // What is sent to the process is for the main thread: it must not interrupt what a thread waits for. A new thread
    // inherits the mask. A fault is the thread's own, and whoever reports crashes must hear of it.
    var others = sigset_t()
    sigfillset(&others)
    for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&others, fault) }
    var before = sigset_t()
    pthread_sigmask(SIG_SETMASK, &others, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let failure = pthread_create(&thread, attributes, runThread, start.toOpaque())
    guard failure == 0 else {
        start.release()
        throw UserError("cannot start thread \(name): \(String(cString: strerror(failure)))")
    }
    return thread
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
    // The kernel keeps 15 bytes of a name.
    platform_name_thread(String(start.name.prefix(15)))
    start.body()
    return nil
}
