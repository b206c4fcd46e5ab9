import Actions

extension ActionSettings {
    /// A year: beyond every sense, and within every reckoning.
    private static let longestDelay: Int64 = 365 * 86_400_000

    /// How long to wait after an attempt that failed, in milliseconds: twice as long each time up to a limit, and of that between
    /// half and all, so that many which failed together do not come back together. What the other side asks for counts where it
    /// is longer. `chance` is between 0 and 1.
    func delay(afterAttempt attempt: Int, asked: Int64?, chance: Double) -> Int64 {
        let doubled = Double(max(1, shortestPause)) * Double(UInt64(1) << UInt64(min(max(0, attempt - 1), 40)))
        let whole = min(doubled, Double(max(1, min(longestPause, Self.longestDelay))))
        let delay = Int64(whole * (0.5 + 0.5 * (chance >= 0 && chance <= 1 ? chance : 1)))
        return max(delay, asked ?? 0)
    }
}
