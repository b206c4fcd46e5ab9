import Model

/// Writes the series that a group of rules makes. It belongs to whoever evaluates the group.
public final class RecordedSeries {
    private struct Known {
        var series: Int64
        /// It lives with somebody else, and its samples go by themselves.
        var isForeign: Bool
        /// As long as this is held, the number stays the series'.
        var pin: BlockPin
        /// The last evaluation in which it had a sample.
        var round: Int
    }

    /// For how many evaluations a series is remembered that has no samples.
    private static let roundsRemembered = 100

    private let store: Store
    private let description: TargetDescription
    private var target: Int64?
    private var known: [Labels: Known] = [:]
    private var round = 0

    init(_ store: Store, group: String) {
        self.store = store
        description = TargetDescription(
            job: "rules", instance: group, url: "", labels: ["group": group], discovered: .none,
            intervalMilliseconds: 0,
            timeoutMilliseconds: 0)
    }

    /// Adds the samples of one evaluation to a batch. The batch must be written, whatever else goes wrong.
    public func write(_ samples: [(labels: Labels, value: Double)], at timestamp: Int64, to batch: WriteBatch) throws {
        round += 1
        if samples.isEmpty { return }
        guard timestamp >= 0, timestamp <= latestTimestamp else { return }
        let target = self.target ?? store.beginReceiving(description, in: batch)
        self.target = target
        var received = ReceivedSamples()
        for (labels, value) in samples {
            let place = try place(of: labels, target, batch)
            received.add(Sample(timestamp, value), series: place.series, sender: place.isForeign ? nil : 0)
        }
        _ = received.write(to: batch) { _ in target }
        if round % Self.roundsRemembered == 0 {
            // Those that live with somebody else are asked for anew too: it may be gone.
            known = known.filter { $0.value.round > round - Self.roundsRemembered && !$0.value.isForeign }
        }
    }

    /// Says that no more is written.
    public func end(in batch: WriteBatch) {
        if let target { store.endReceiving(target, in: batch) }
        target = nil
        known = [:]
    }

    private func place(of labels: Labels, _ target: Int64, _ batch: WriteBatch) throws -> Known {
        if let at = known.index(forKey: labels) {
            known.values[at].round = round
            return known.values[at]
        }
        let home = try store.registry.resolveForKeeps(
            labels, for: target, now: store.clock.now(), &batch.definitions)
        let place = Known(series: home.series, isForeign: home.isForeign, pin: home.pin, round: round)
        known[labels] = place
        return place
    }
}

extension Store {
    /// A writer for the series of a group of rules.
    public func recorded(group: String) -> RecordedSeries { RecordedSeries(self, group: group) }

    /// An action by its number, without its event; nil when there is none.
    public func action(_ id: Int64) throws -> StoredAction? {
        try readers.read { connection in
            var found: StoredAction?
            try connection.rows(
                """
                SELECT action_id, idempotency_key, action, rule, series, cause, state, value, threshold, decided, origin,
                    due, outcome, note, ended, leader_epoch, '', attempts
                FROM actions WHERE action_id = ?
                """, .integer(id)
            ) { found = StoredAction(row: $0) }
            return found
        }
    }
}
