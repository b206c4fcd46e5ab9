import Dispatch
import Glibc
import Synchronization
import Threads

/// How full a file system is.
struct FileSystemUsage: Sendable {
    var size: Double
    var free: Double
    var available: Double
    var files: Double
    var filesFree: Double

    /// Asks the file system at a path; nil when it answers with an error. It may hang for as long as a file server does.
    static func ask(_ path: [UInt8]) -> FileSystemUsage? {
        var usage = statvfs()
        let code = (path + [0]).withUnsafeBytes { bytes in
            // Bytes and C's characters are laid out alike.
            bytes.withMemoryRebound(to: CChar.self) { path in path.baseAddress.map { statvfs($0, &usage) } }
        }
        guard code == 0 else { return nil }
        let block = Double(usage.f_frsize)
        return FileSystemUsage(
            size: Double(usage.f_blocks) * block, free: Double(usage.f_bfree) * block,
            available: Double(usage.f_bavail) * block, files: Double(usage.f_files),
            filesFree: Double(usage.f_ffree))
    }
}

/// Asks file systems how full they are, from a thread of its own: the question to a file server that is gone never
/// returns, and the collector must.
///
/// A thread that hangs is left to itself, and its mount is not asked again until it comes back; so there is never more
/// than one thread a mount. All other mounts are asked by one thread after the other, made for a round and gone after it.
final class MountProber: Sendable {
    /// How long a round waits for one mount.
    private let patience: DispatchTimeInterval
    /// How many mounts may use up the patience in one round; what was not reached then is asked in the next.
    private let stuckPerRound = 3
    private let ask: @Sendable ([UInt8]) -> FileSystemUsage?
    /// The mounts whose thread has not come back.
    private let stuck = Mutex<Set<[UInt8]>>([])

    /// A prober; tests give another question and less patience.
    init(
        patience: DispatchTimeInterval = .seconds(1),
        ask: @escaping @Sendable ([UInt8]) -> FileSystemUsage? = FileSystemUsage.ask
    ) {
        self.patience = patience
        self.ask = ask
    }

    /// The usage of each path, in order; nil for those that failed, hang, or were not reached.
    func usages(of paths: [[UInt8]]) -> [FileSystemUsage?] {
        var usages = [FileSystemUsage?](repeating: nil, count: paths.count)
        let known = stuck.withLock { $0 }
        var rest = paths.indices.filter { !known.contains(paths[$0]) }
        for _ in 0..<stuckPerRound where !rest.isEmpty {
            let round = Round(paths: rest.map { paths[$0] })
            guard start(round) else { break }
            let outcome = wait(for: round)
            for (index, usage) in zip(rest, outcome) { usages[index] = usage }
            // Behind the answers stands the one that hangs; the next thread begins after it.
            rest = Array(rest.dropFirst(outcome.count + 1))
        }
        return usages
    }

    /// Waits for a round's answers. When one keeps it waiting too long, it takes those there are, and tells the thread
    /// that nobody waits for it any more.
    private func wait(for round: Round) -> [FileSystemUsage?] {
        var answered = 0
        while true {
            let timedOut = round.answered.wait(timeout: .now() + patience) == .timedOut
            if !timedOut { answered += 1 }
            let outcome: [FileSystemUsage?]? = round.state.withLock { state in
                if state.answers.count == round.paths.count { return state.answers }
                // An answer that came since then has its signal waiting: the next mount has only just been asked.
                if !timedOut || state.answers.count > answered { return nil }
                state.abandoned = true
                stuck.withLock { _ = $0.insert(round.paths[state.answers.count]) }
                return state.answers
            }
            if let outcome { return outcome }
        }
    }

    /// What the thread of a round does: asks one path after the other until somebody has lost patience.
    private func run(_ round: Round) {
        for path in round.paths {
            let usage = ask(path)
            let abandoned = round.state.withLock { state in
                if !state.abandoned { state.answers.append(usage) }
                return state.abandoned
            }
            if abandoned {
                stuck.withLock { _ = $0.remove(path) }
                return
            }
            round.answered.signal()
        }
    }

    /// Starts the thread of a round; false when the machine has none to give, and nothing is known of its mounts then.
    private func start(_ round: Round) -> Bool {
        do {
            try startThread(name: "mounts", stackSize: 128 << 10) { [self] in run(round) }
            return true
        } catch {
            return false
        }
    }
}

/// The paths that one thread asks, and its answers so far.
private final class Round: Sendable {
    struct State {
        var answers: [FileSystemUsage?] = []
        var abandoned = false
    }

    let paths: [[UInt8]]
    let state = Mutex(State())
    /// Signalled once an answer.
    let answered = DispatchSemaphore(value: 0)

    init(paths: [[UInt8]]) { self.paths = paths }
}
