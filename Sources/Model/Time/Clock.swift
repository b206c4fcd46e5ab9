import Glibc

/// Where the present comes from. Injected everywhere, so that tests can say what time it is.
public protocol WallClock: Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    func now() -> Int64

    /// Milliseconds that only ever grow, whatever the clock is set to.
    func steady() -> Int64
}

extension WallClock {
    /// Milliseconds that only ever grow: the machine's.
    public func steady() -> Int64 { Int64(monotonicNanoseconds() / 1_000_000) }
}

/// The machine's clock.
public struct SystemClock: WallClock {
    /// The machine's clock.
    public init() {}

    /// Milliseconds since 1970-01-01T00:00:00Z.
    public func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// Nanoseconds that only ever grow, for measuring how long something took.
public func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
