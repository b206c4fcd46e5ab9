import Glibc

/// A queue between threads: any thread posts, one thread takes all there is.
public final class Mailbox<Letter: Sendable>: @unchecked Sendable {
    // Sendable: everything below `mutex` is touched only while it is held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var letters: [Letter] = []
    private var closed = false

    /// An empty box.
    public init() {
        mutex = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        // Waiting is measured on the monotonic clock: setting the machine's time must not stop it.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Adds a letter; false when the box has been closed.
    @discardableResult
    public func post(_ letter: Letter) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if closed { return false }
        letters.append(letter)
        pthread_cond_signal(changed)
        return true
    }

    /// Nothing more is accepted; what is in the box can still be taken.
    public func close() {
        pthread_mutex_lock(mutex)
        closed = true
        pthread_cond_signal(changed)
        pthread_mutex_unlock(mutex)
    }

    /// Whether nothing more is accepted.
    public var isClosed: Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return closed
    }

    /// Everything that is in the box, waiting for it for some time; nil when the box is closed and empty.
    public func takeAll(waitingAtMost milliseconds: Int) -> [Letter]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if letters.isEmpty && !closed && milliseconds > 0 {
            var deadline = timespec()
            clock_gettime(CLOCK_MONOTONIC, &deadline)
            let nanoseconds = deadline.tv_nsec + milliseconds % 1000 * 1_000_000
            deadline.tv_sec += milliseconds / 1000 + nanoseconds / 1_000_000_000
            deadline.tv_nsec = nanoseconds % 1_000_000_000
            while letters.isEmpty && !closed {
                if pthread_cond_timedwait(changed, mutex, &deadline) == ETIMEDOUT { break }
            }
        }
        if letters.isEmpty && closed { return nil }
        let taken = letters
        letters = []
        return taken
    }
}
