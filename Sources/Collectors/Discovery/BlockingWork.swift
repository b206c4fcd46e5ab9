import Glibc

/// Runs work that may block, such as reading a file, on a thread of its own: the pool that tasks share must never wait.
func runBlocking<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        let box = Unmanaged.passRetained(Work { continuation.resume(returning: work()) })
        var thread = pthread_t()
        if pthread_create(&thread, nil, runWork, box.toOpaque()) == 0 {
            pthread_detach(thread)
        } else {
            // No thread to be had: to wait here is better than not to work at all.
            box.takeRetainedValue().body()
        }
    }
}

private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// Called by the new thread; top-level, so that it belongs to no actor.
private func runWork(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
    return nil
}
