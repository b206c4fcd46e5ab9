import Model

/// How long a lease holds and how often it is renewed, in milliseconds. The defaults are those of Kubernetes' controllers.
public struct LeaseTiming: Sendable, Hashable {
    /// How long the others wait, after they saw the last renewal, before one of them takes over.
    public let leaseDuration: Int64
    /// How long after the last renewal the holder itself still acts.
    public let renewDeadline: Int64
    /// How often the holder renews, and the others look.
    public let retryPeriod: Int64

    /// The longest lease: whoever comes after a holder that has died waits for its end.
    static let longestLease: Int64 = 3_600_000

    /// 15, 10 and 2 seconds.
    public static let standard = LeaseTiming(unchecked: 15_000, 10_000, 2000)

    /// Times of one's own; throws when the holder could act on after another one has taken over, or has no time to renew.
    public init(leaseDuration: Int64, renewDeadline: Int64, retryPeriod: Int64) throws(UserError) {
        self.init(unchecked: leaseDuration, renewDeadline, retryPeriod)
        let shown = { (name: String, time: Int64) in "\(name) (\(formatDuration(time)))" }
        guard retryPeriod > 0 else { throw UserError("\(shown("retry_period", retryPeriod)) must be more than 0s") }
        guard leaseDuration <= Self.longestLease else {
            throw UserError(
                "\(shown("lease_duration", leaseDuration)) must be at most \(formatDuration(Self.longestLease))")
        }
        guard leaseDuration > renewDeadline else {
            throw UserError(
                "\(shown("lease_duration", leaseDuration)) must be longer than"
                    + " \(shown("renew_deadline", renewDeadline))")
        }
        // A fifth more than the retry period, as client-go has it, and no larger than what has just been checked.
        guard retryPeriod < renewDeadline, renewDeadline * 10 > retryPeriod * 12 else {
            throw UserError(
                "\(shown("renew_deadline", renewDeadline)) must be longer than 1.2 times"
                    + " \(shown("retry_period", retryPeriod))")
        }
    }

    private init(unchecked leaseDuration: Int64, _ renewDeadline: Int64, _ retryPeriod: Int64) {
        self.leaseDuration = leaseDuration
        self.renewDeadline = renewDeadline
        self.retryPeriod = retryPeriod
    }
}
