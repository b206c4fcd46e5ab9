import Model
import Synchronization
import Threads

/// Work that may block, such as writing a file, on threads of their own: whoever waits gives up after a time, or when the task is
/// cancelled. The thread is left to itself then, and until it has come back nothing else is begun here.
final class TimedWork: Sendable {
    /// How it ended.
    enum Ending<Value: Sendable>: Sendable {
        case done(Value)
        case failed(UserError)
        case timedOut
        case cancelled
    }

    /// How long looking at files may take, in milliseconds.
    private static let patience: Int64 = 10_000

    private let hanging = Mutex(0)

    /// Does the work, which is to ask its permit between its steps.
    func run<Value: Sendable>(
        within milliseconds: Int64, _ work: @escaping @Sendable (Permit) throws(UserError) -> Value
    ) async -> Ending<Value> {
        if hanging.withLock({ $0 > 0 }) { return .failed(UserError("an earlier attempt still hangs")) }
        let permit = Permit()
        let answer = Answer<Ending<Value>>()
        do throws(UserError) {
            try startThread(name: "action-work") { [self] in
                let ending: Ending<Value>
                do throws(UserError) {
                    ending = .done(try work(permit))
                } catch {
                    ending = .failed(error)
                }
                if permit.finish() { hanging.withLock { $0 -= 1 } }
                answer.give(ending)
            }
        } catch {
            return .failed(error)
        }
        let ending = await first(of: answer, within: milliseconds)
        switch ending {
        case .done, .failed: break
        case .timedOut, .cancelled: hanging.withLock { if permit.withdraw() { $0 += 1 } }
        }
        return ending
    }

    /// Looks at files, which may lie where nobody answers: throws what is wrong with them, or that nothing was to be learned in time.
    func look(at path: String, _ look: @escaping @Sendable () throws(UserError) -> Void) async throws(UserError) {
        switch await run(within: Self.patience, { _ throws(UserError) in try look() }) {
        case .done: break
        case .failed(let error): throw error
        case .timedOut, .cancelled: throw UserError("cannot look at \(path): nothing was to be learned in time")
        }
    }

    private func first<Value>(
        of answer: Answer<Ending<Value>>, within milliseconds: Int64
    ) async -> Ending<Value> {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await Task.sleep(for: .milliseconds(milliseconds))
                    answer.give(.timedOut)
                } catch {
                    // The answer has come, or nobody wants it any more.
                    answer.give(.cancelled)
                }
            }
            let ending = await withCheckedContinuation { answer.awaited(by: $0) }
            group.cancelAll()
            return ending
        }
    }
}

/// Whether somebody still waits for a piece of work.
final class Permit: Sendable {
    private enum State {
        case granted
        case withdrawn
        case finished
    }

    private let state = Mutex(State.granted)

    /// Throws when nobody waits any more.
    func check() throws(UserError) {
        if state.withLock({ $0 == .withdrawn }) { throw UserError("nobody waits for it any more") }
    }

    /// Nobody waits any more; false when it is done already.
    fileprivate func withdraw() -> Bool {
        state.withLock { state in
            guard state == .granted else { return false }
            state = .withdrawn
            return true
        }
    }

    /// It is done; true when nobody waited for that.
    fileprivate func finish() -> Bool {
        state.withLock { state in
            defer { state = .finished }
            return state == .withdrawn
        }
    }
}
