import CCurl
import Glibc
import Model

/// Ends a loop's waiting from any thread. It may outlive the loop.
public final class LoopWaker: Sendable {
    /// An eventfd, open as long as the waker lives.
    let descriptor: Int32

    init() throws(UserError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw UserError("cannot make an eventfd: \(systemError())") }
    }

    /// Makes the turn that is waiting now, or the next one, wait no longer.
    public func wake() {
        // The only failure left is a counter that is full, and then the loop is woken anyway.
        eventfd_write(descriptor, 1)
    }

    /// Forgets the wishes so far.
    func clear() {
        var count: eventfd_t = 0
        eventfd_read(descriptor, &count)
    }

    deinit {
        close(descriptor)
    }
}
