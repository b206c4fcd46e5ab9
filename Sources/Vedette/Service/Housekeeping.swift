import CPlatform

/// Keeps the appliance small: what starting needed is given back soon after it, and what a burst of new series left behind
/// within a minute; `forgetIdle` drops what is remembered of the past. Ends when its task is cancelled.
func keepMemorySmall(_ forgetIdle: @Sendable () -> Void) async {
    var pause = Duration.seconds(10)
    while true {
        do {
            try await Task.sleep(for: pause, tolerance: .seconds(2))
        } catch {
            return
        }
        forgetIdle()
        platform_trim_memory()
        if pause == .seconds(10) { platform_forget_startup_code() }
        pause = .seconds(60)
    }
}
