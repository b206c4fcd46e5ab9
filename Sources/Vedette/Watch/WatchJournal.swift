import Logging
import Model
import Rules
import Synchronization

/// Says in the log what becomes of the threshold: when its state changes, and when there is no value.
final class WatchJournal: Sendable {
    private struct Last {
        var state: String
        var isMissing: Bool
    }

    private let last = Mutex<Last?>(nil)
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    /// Notes the states after an evaluation: there is one series.
    func note(_ states: [ThresholdStatus]) {
        guard let status = states.first else { return }
        // Why nobody has answered is said where it is known.
        let isMissing = status.missingSince != nil && status.trouble.isEmpty
        let before = last.withLock { last in
            defer { last = Last(state: status.state, isMissing: isMissing) }
            return last
        }
        let value = status.missingSince == nil ? status.value.map(formatExpositionValue) ?? "" : ""
        let fields: KeyValuePairs = ["query": status.query, "value": value]
        if isMissing, before?.isMissing != true {
            logger.warn("there is no value: the query gives nothing", ["query": status.query])
        } else if before?.isMissing == true, status.missingSince == nil {
            logger.info("there is a value again", fields)
        }
        if sameBytes(status.state, before?.state ?? "") { return }
        let change = "the state is \(status.state)" + (before.map { ", it was \($0.state)" } ?? "")
        // What has not held for its time may be gone the next moment.
        let isPassing = [status.state, before?.state ?? "ok"].allSatisfy { $0 == "ok" || $0 == "pending" }
        if isPassing { logger.debug("\(change)", fields) } else { logger.info("\(change)", fields) }
    }
}
