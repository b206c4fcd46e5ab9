import Model
import Synchronization

/// Work that may block, such as reading a file, on a thread of its own, one at a time: the pool that tasks share must never
/// wait, and a file system may hang for as long as its server does.
///
/// A task that is cancelled stops waiting; the thread hangs on, and what it brings is thrown away. Until it has come back
/// nothing else is begun here, so that there is never more than one that hangs.
public final class BlockingLane: Sendable {
    private let taken = Atomic(false)

    /// A lane with nobody at work.
    public init() {}

    /// Whether a thread is at work, be it for somebody who does not wait any more.
    public var isBusy: Bool { taken.load(ordering: .acquiring) }

    /// Does the work and waits for it; throws when the task is cancelled or the work cannot be begun.
    public func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async throws(UserError) -> Value {
        guard let outcome = await runIfFree(work) else { throw UserError("an earlier attempt still hangs") }
        return try outcome.get()
    }

    /// The same for work of which several may come at a time, each soon over: waits until the lane is free, or the task is
    /// cancelled.
    public func runInTurn<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async throws(UserError) -> Value {
        while true {
            if let outcome = await runIfFree(work) { return try outcome.get() }
            do {
                try await Task.sleep(for: .milliseconds(2))
            } catch {
                throw unwanted
            }
        }
    }

    /// Nil when somebody else is at work.
    private func runIfFree<Value: Sendable>(
        _ work: @escaping @Sendable () -> Value
    ) async -> Result<Value, UserError>? {
        guard !taken.exchange(true, ordering: .acquiring) else { return nil }
        let answer = Answer<Result<Value, UserError>>()
        return await withTaskCancellationHandler {
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
            answer.give(.failure(unwanted))
        }
    }
}

private let unwanted = UserError("nobody waits for it any more")
