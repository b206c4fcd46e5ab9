import Glibc
import Threads

/// What the operating system asks of the appliance.
enum ServiceSignal: Sendable {
    /// End in good order.
    case stop
    /// Read the configuration again.
    case reload
}

/// Turns signals into a stream of wishes. Signals are blocked in every thread and taken by one that waits for them: no code
/// ever runs in a signal handler.
struct Signals {
    private let blocked: [Int32] = [SIGTERM, SIGINT, SIGHUP]

    /// Blocks the signals; to be called before any other thread is started, which inherits that.
    func block() {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in blocked { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// The wishes, as they come.
    func wishes() -> AsyncStream<ServiceSignal> {
        let (stream, continuation) = AsyncStream<ServiceSignal>.makeStream()
        let blocked = blocked
        _ = Thread(name: "signals") {
            var set = sigset_t()
            sigemptyset(&set)
            for signal in blocked { sigaddset(&set, signal) }
            while true {
                var signal: Int32 = 0
                guard sigwait(&set, &signal) == 0 else { continue }
                continuation.yield(signal == SIGHUP ? .reload : .stop)
            }
        }
        return stream
    }
}
