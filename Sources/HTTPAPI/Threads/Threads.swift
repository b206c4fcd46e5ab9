import CPlatform
import Glibc
import Model

/// Starts a detached thread with a small stack: the default of 8 MiB is too much address space for many threads.
func startThread(name: String, stackSize: Int = 512 * 1024, _ body: @escaping @Sendable () -> Void) throws(UserError) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, stackSize)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { pthread_attr_destroy(&attributes) }
    let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
    var thread = pthread_t()
    let failure = pthread_create(&thread, &attributes, runThread, start.toOpaque())
    guard failure == 0 else {
        start.release()
        throw UserError("cannot start thread \(name): \(errorText(failure))")
    }
}

/// What a failed system call says, in words.
func errorText(_ number: Int32) -> String { String(cString: strerror(number)) }

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
