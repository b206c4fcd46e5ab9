import Store
import Synchronization

/// Our turns to act. One that follows right on another of ours goes on with what that one did: each turn has the number behind the
/// one before, so that nobody can have acted in between. That holds across restarts, too.
final class Turns: Sendable {
    /// Turns that followed on each other: the first and the last epoch, and when the first one began.
    private struct Run: Hashable {
        var first: Int64
        var last: Int64
        var began: Int64

        init(first: Int64, last: Int64, began: Int64) {
            self.first = first
            self.last = last
            self.began = began
        }

        /// Reads what `text` wrote; nil when it is none.
        init?(_ text: String) {
            let numbers = text.split(separator: " ").map { Int64($0) }
            guard numbers.count == 3, let first = numbers[0], let last = numbers[1], let began = numbers[2] else {
                return nil
            }
            self.init(first: first, last: last, began: began)
        }

        var text: String { "\(first) \(last) \(began)" }
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
        run = Mutex(facts[Self.fact].flatMap { Run($0) })
    }

    /// The turn at this moment.
    func present() -> Turn {
        // Asked inside, so that nobody who was held up takes an older turn for a newer one.
        run.withLock { run in
            guard let epoch = leadership.actingEpoch() else {
                return turn(mayAct: false, leadership.status.epoch, run)
            }
            if run?.last != epoch {
                let follows = run.map { $0.last < .max && epoch == $0.last + 1 } ?? false
                let next =
                    if follows, let run { Run(first: run.first, last: epoch, began: run.began) } else {
                        Run(first: epoch, last: epoch, began: leadership.status.since)
                    }
                run = next
                // Whoever asked does something in this turn: that it was ours must be known even after a crash.
                record(.fact(name: Self.fact, value: next.text))
            }
            return turn(mayAct: true, epoch, run)
        }
    }

    private func turn(mayAct: Bool, _ epoch: Int64, _ run: Run?) -> Turn {
        Turn(mayAct: mayAct, epoch: epoch, first: run?.first, began: run?.began ?? 0, handover: leadership.handover)
    }
}
