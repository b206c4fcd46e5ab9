import Glibc
import Model
import Synchronization
import Threads

/// A few threads of our own for the tasks of requests. A handler may block on them, on a read of the store say, which it must
/// not do on the threads that all other tasks of the process share. They are started when they are first needed.
final class WorkerThreads: TaskExecutor {
    private struct State {
        // A queue as two stacks: what comes in is turned round when the other one is empty.
        var incoming: [UnownedJob] = []
        var outgoing: [UnownedJob] = []
        var threads = 0
        var idle = 0
        var tasks = 0
        var retired = false

        mutating func next() -> UnownedJob? {
            if outgoing.isEmpty {
                outgoing = incoming.reversed()
                incoming.removeAll(keepingCapacity: true)
            }
            return outgoing.popLast()
        }

        var isOver: Bool { retired && tasks == 0 && incoming.isEmpty && outgoing.isEmpty }
    }

    private let state = Mutex(State())
    private let work = Semaphore()
    private let limit: Int

    /// At most so many threads.
    init(limit: Int) { self.limit = max(1, limit) }

    /// Runs a task on these threads. It is one of those that `retire` lets come to their end.
    func run(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        state.withLock { $0.tasks += 1 }
        return Task(executorPreference: self) {
            await body()
            self.taskEnded()
        }
    }

    /// Tasks that have not ended.
    var liveTasks: Int { state.withLock { $0.tasks } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let needsThread = state.withLock { state in
            state.incoming.append(job)
            let waiting = state.incoming.count + state.outgoing.count
            guard state.idle < waiting, state.threads < limit else { return false }
            state.threads += 1
            return true
        }
        work.post()
        if needsThread { startWorker() }
    }

    /// Lets the threads end as soon as the last task has.
    func retire() {
        state.withLock { $0.retired = true }
        wakeAllToLeave()
    }

    private func startWorker() {
        do {
            // Answering is less urgent than scraping.
            try startThread(name: "http-worker", niceness: 5) { self.runJobs() }
        } catch {
            // The threads that are there do the work, if later. Without any, the next job tries again.
            state.withLock { $0.threads -= 1 }
        }
    }

    private func taskEnded() {
        let over = state.withLock { state in
            state.tasks -= 1
            return state.isOver
        }
        if over { wakeAllToLeave() }
    }

    private func wakeAllToLeave() {
        let threads = state.withLock { $0.threads }
        for _ in 0..<threads { work.post() }
    }

    private func runJobs() {
        while true {
            state.withLock { $0.idle += 1 }
            work.wait()
            let (job, leave) = state.withLock { state in
                state.idle -= 1
                let job = state.next()
                let leave = job == nil && state.isOver
                if leave { state.threads -= 1 }
                return (job, leave)
            }
            job?.runSynchronously(on: asUnownedTaskExecutor())
            if leave { return }
        }
    }
}
