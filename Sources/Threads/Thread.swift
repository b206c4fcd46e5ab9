import CPlatform
import Glibc

/// A thread with a name of its own that can be waited for.
public final class Thread: @unchecked Sendable {
    // Sendable: `handle` is written once by the creator and read once by `join`.
    private var handle = pthread_t()

    /// Starts a thread that runs `body`.
    public init(name: String, _ body: @escaping @Sendable () -> Void) {
        let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
        if pthread_create(&handle, nil, runThread, start.toOpaque()) != 0 {
            // Without its threads the store cannot keep a single promise.
            start.release()
            preconditionFailure("cannot start thread \(name)")
        }
    }

    /// Waits for the end of the thread; to be called once.
    public func join() { pthread_join(handle, nil) }
}

private final class ThreadStart {
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
    platform_name_thread(start.name)
    start.body()
    return nil
}
