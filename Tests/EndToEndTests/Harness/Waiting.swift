import Foundation

/// Seconds on a clock that nobody sets.
func monotonicSeconds() -> Double {
    ProcessInfo.processInfo.systemUptime
}

/// There is no use in asking on.
struct Hopeless: Error, CustomStringConvertible {
    let description: String
}

/// Asks again and again until the answer is there, and fails with `what` when it never comes. An answer that throws
/// counts as not yet, unless it is hopeless; the last error is told.
func eventually<T>(
    _ what: String, within seconds: Double = 15, every pause: Double = 0.05, _ ask: () throws -> T?
) throws -> T {
    let deadline = monotonicSeconds() + seconds
    var last = ""
    while true {
        do {
            if let answer = try ask() { return answer }
        } catch let hopeless as Hopeless {
            throw hopeless
        } catch {
            last = ": \(error)"
        }
        if monotonicSeconds() > deadline { throw Failure("not within \(seconds) s: \(what)\(last)") }
        Thread.sleep(forTimeInterval: pause)
    }
}

/// Waits until something holds.
func eventually(
    _ what: String, within seconds: Double = 15, every pause: Double = 0.05, holds: () throws -> Bool
) throws {
    _ = try eventually(what, within: seconds, every: pause) { try holds() ? true : nil }
}
