import Model
import Synchronization
import Threads

/// Work that may block, such as reading a file, on a thread of its own, one at a time: the pool that tasks share must never
/// wait, and a file system may hang for as long as its server does.
///
/// A task that is cancelled stops waiting; the thread hangs on, and what it brings is thrown away. Until it has come back
/// nothing else is begun here, so that there is never more than one that hangs.
final class BlockingLane: Sendable {
    private let taken = Atomic(false)

    /// Whether a thread is at work, be it for somebody who does not wait any more.
    var isBusy: Bool { taken.load(ordering: .acquiring) }

    /// Does the work and waits for it; throws when the task is cancelled or the work cannot be begun.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async throws(UserError) -> Value {
        guard !taken.exchange(true, ordering: .acquiring) else { throw UserError("an earlier attempt still hangs") }
        let answer = Answer<Value>()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                answer.awaited(by: continuation)
                do throws(UserError) {
                    try startThread(name: "files") { [self] in
                        let value = work()
                        // First of all: who has the answer may have more to do.
                        taken.store(false, ordering: .releasing)
                        answer.give(.success(value))
                    }
                } catch {
                    taken.store(false, ordering: .releasing)
                    answer.give(.failure(error))
                }
            }
        } onCancel: {
            answer.give(.failure(UserError("nobody waits for it any more")))
        }
        return try outcome.get()
    }
}

/// An answer that somebody waits for: the first that is given counts.
private final class Answer<Value: Sendable>: Sendable {
    typealias Outcome = Result<Value, UserError>

    private enum State {
        case open
        case awaited(CheckedContinuation<Outcome, Never>)
        case given(Outcome)
        case taken
    }

    private let state = Mutex(State.open)

    /// Waits, or takes what has been given already.
    func awaited(by continuation: CheckedContinuation<Outcome, Never>) {
        let outcome = state.withLock { state -> Outcome? in
            guard case .given(let outcome) = state else {
                state = .awaited(continuation)
                return nil
            }
            state = .taken
            return outcome
        }
        if let outcome { continuation.resume(returning: outcome) }
    }

    func give(_ outcome: Outcome) {
        let continuation = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            switch state {
            case .open:
                state = .given(outcome)
                return nil
            case .awaited(let continuation):
                state = .taken
                return continuation
            case .given, .taken: return nil
            }
        }
        continuation?.resume(returning: outcome)
    }
}
