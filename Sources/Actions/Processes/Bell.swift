import CPlatform
import Glibc
import Model

/// Wakes a thread that waits for descriptors, from any other.
final class Bell: Sendable {
    /// Readable once it has been rung.
    let descriptor: Int32

    /// A bell that has not been rung.
    init() throws(UserError) {
        descriptor = platform_eventfd()
        if descriptor < 0 { throw UserError("cannot make an eventfd: \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    /// Rings it.
    func ring() { platform_eventfd_ring(descriptor) }
}
