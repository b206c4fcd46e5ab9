import Glibc

/// What a thread is handed.
private final class Job: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Runs a job on a thread of its own, with a small stack: a test may want a thousand of them. Unlike a task it may wait.
public func startThread(_ run: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 512 << 10)
    var thread = pthread_t()
    let job = Unmanaged.passRetained(Job(run))
    if pthread_create(&thread, &attributes, runJob, job.toOpaque()) != 0 { job.release() }
    pthread_attr_destroy(&attributes)
}

/// What a thread runs. The context is a retained `Job`.
private func runJob(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { Unmanaged<Job>.fromOpaque(context).takeRetainedValue().run() }
    return nil
}
