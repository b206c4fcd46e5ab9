import CPlatform
import Glibc
import Model
import Threads

/// What the operating system asks of the appliance.
enum ServiceSignal: Sendable {
    /// End in good order.
    case stop
    /// Read the configuration again.
    case reload
}

/// The signals as a stream of wishes, from the moment of the call on.
///
/// A handler writes them to a pipe, and a thread reads that. (Waiting for blocked signals does not work in a program with an
/// asynchronous `main`: the dispatch library unblocks all signals in the main thread when it parks it.)
func catchSignals() throws(UserError) -> AsyncStream<ServiceSignal> {
    let pipe = platform_catch_signals()
    guard pipe >= 0 else { throw UserError("cannot catch signals: \(String(cString: strerror(errno)))") }
    let (stream, continuation) = AsyncStream<ServiceSignal>.makeStream()
    try startThread(name: "signals") {
        var byte: UInt8 = 0
        while true {
            let count = read(pipe, &byte, 1)
            if count == 1 {
                continuation.yield(Int32(byte) == SIGHUP ? .reload : .stop)
            } else if count == 0 || errno != EINTR {
                return
            }
        }
    }
    return stream
}
