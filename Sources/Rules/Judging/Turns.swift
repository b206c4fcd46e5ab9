import Store
import Synchronization

/// Our turns to act. One that follows right on another of ours goes on with what that one did: each turn has the number behind the
/// one before, so that nobody can have acted in between. That holds across restarts, too.
final class Turns: Sendable {
    /// The first and the last epoch of turns that followed on each other.
    private struct Run: Hashable {
        var first: Int64
        var last: Int64
    }

    /// The fact that it is stored as.
    private static let fact = "our_turns"

    private let leadership: any Leadership
    private let record: @Sendable (JudgingChange) -> Void
    private let run: Mutex<Run?>

    /// Goes on from the facts in the file. `record` writes a fact before whatever is written later.
    init(_ leadership: any Leadership, facts: [String: String], record: @escaping @Sendable (JudgingChange) -> Void) {
        self.leadership = leadership
        self.record = record
        let epochs = (facts[Self.fact] ?? "").split(separator: "-").compactMap { Int64($0) }
        run = Mutex(epochs.count == 2 ? Run(first: epochs[0], last: epochs[1]) : nil)
    }

    /// The last epoch in which we acted; nil when we never have.
    var lastOwn: Int64? { run.withLock { $0?.last } }

    /// The turn at this moment.
    func present() -> Turn {
        let handover = leadership.handover
        guard let epoch = leadership.actingEpoch() else {
            let epoch = leadership.status.epoch
            return Turn(mayAct: false, epoch: epoch, first: run.withLock { $0?.first }, handover: handover)
        }
        return run.withLock { run in
            if run?.last != epoch {
                let follows = run.map { $0.last < .max && epoch == $0.last + 1 } ?? false
                let next = Run(first: follows ? run?.first ?? epoch : epoch, last: epoch)
                run = next
                // Whoever asked does something in this turn: that it was ours must be known even after a crash.
                record(.fact(name: Self.fact, value: "\(next.first)-\(next.last)"))
            }
            return Turn(mayAct: true, epoch: epoch, first: run?.first, handover: handover)
        }
    }
}
