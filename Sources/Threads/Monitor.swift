import Glibc

/// A lock for what several threads share, in which one can wait until another has changed it.
public final class Monitor: @unchecked Sendable {
    // Sendable: both are made for being used by several threads.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>

    /// An open lock.
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

    /// Runs `body` while no other thread does.
    public func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }

    /// Lets others in until one of them calls `wakeAll`; to be called within `locked`, and in a loop that looks whether it
    /// was worth it.
    public func wait() { pthread_cond_wait(changed, mutex) }

    /// Waits as long as `isWorthIt` says so, but for no more than so many milliseconds; to be called within `locked`.
    func wait(atMost milliseconds: Int, while isWorthIt: () -> Bool) {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let nanoseconds = deadline.tv_nsec + milliseconds % 1000 * 1_000_000
        deadline.tv_sec += milliseconds / 1000 + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        while isWorthIt() {
            if pthread_cond_timedwait(changed, mutex, &deadline) == ETIMEDOUT { return }
        }
    }

    /// Wakes all who wait; to be called within `locked`.
    public func wakeAll() { pthread_cond_broadcast(changed) }
}
