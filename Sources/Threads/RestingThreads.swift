import Model
import Synchronization

/// Threads for work that comes one by one: whoever has finished rests a while for the next, since making a thread takes as long as
/// a small query. With the thread its stack is given back, which may be large.
public final class RestingThreads: Sendable {
    private typealias Work = @Sendable () -> Void

    /// So many rest at a time, and so long.
    private static let most = 4
    private static let milliseconds = 5000

    private let name: String
    private let stackSize: Int
    private let niceness: Int32
    private let resting = Mutex<[Mailbox<Work>]>([])

    /// Threads of this name and stack, and so much nicer than others.
    public init(name: String, stackSize: Int, niceness: Int32 = 0) {
        self.name = name
        self.stackSize = stackSize
        self.niceness = niceness
    }

    /// Does work that may take its time while the task waits.
    public func perform<Answer: Sendable>(_ work: @escaping @Sendable () throws -> Answer) async throws -> Answer {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Answer, any Error>) in
            do {
                try start { continuation.resume(with: Result(catching: work)) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    private func start(_ work: @escaping Work) throws(UserError) {
        if let rested = resting.withLock({ $0.popLast() }) {
            rested.post(work)
            return
        }
        let mailbox = Mailbox<Work>()
        mailbox.post(work)
        try startThread(name: name, stackSize: stackSize, niceness: niceness) { self.run(mailbox) }
    }

    private func run(_ mailbox: Mailbox<Work>) {
        while let all = mailbox.takeAll(waitingAtMost: Self.milliseconds) {
            for work in all { work() }
            let goesOn = resting.withLock { resting in
                if all.isEmpty {
                    // It rested long enough; but who is not in the list any more is about to get work.
                    guard let place = resting.firstIndex(where: { $0 === mailbox }) else { return true }
                    resting.remove(at: place)
                    return false
                }
                if resting.count >= Self.most { return false }
                resting.append(mailbox)
                return true
            }
            if !goesOn { return }
        }
    }
}
