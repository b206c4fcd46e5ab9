import Glibc

/// A POSIX semaphore: counts how often a thread may pass.
final class Semaphore: @unchecked Sendable {
    // Sendable: sem_post and sem_wait are made to be called from any thread, and the memory never moves.
    private let memory: UnsafeMutablePointer<sem_t>

    init() {
        memory = .allocate(capacity: 1)
        sem_init(memory, 0, 0)
    }

    deinit {
        sem_destroy(memory)
        memory.deallocate()
    }

    /// Lets one thread pass, now or later.
    func post() { sem_post(memory) }

    /// Waits until it may pass.
    func wait() {
        // A signal handler may interrupt the wait.
        while sem_wait(memory) != 0, errno == EINTR {}
    }
}
