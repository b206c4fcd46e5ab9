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
        let answer = Answer<Result<Value, UserError>>()
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
