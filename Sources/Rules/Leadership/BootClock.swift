import Glibc
import Model

/// The machine's clock as leases need it: its steady time goes on while the machine is suspended, as it does on the machines
/// of those who wait for the lease to end.
public struct BootClock: WallClock {
    /// The machine's clock.
    public init() {}

    /// Milliseconds since 1970-01-01T00:00:00Z.
    public func now() -> Int64 { SystemClock().now() }

    /// Milliseconds since the machine was started.
    public func steady() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
