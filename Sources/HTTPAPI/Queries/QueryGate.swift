import Synchronization

/// Lets so many in at a time. Who comes when it is full waits in line, for a while.
final class QueryGate: Sendable {
    /// It took too long until there was room.
    struct TimedOut: Error {}

    private struct State {
        var limit = 1
        var inside = 0
        var nextTicket = 0
        /// In the order in which they came.
        var line: [(ticket: Int, turn: CheckedContinuation<Void, any Error>)] = []

        /// Lets those in for whom there is room, the first in line first.
        mutating func takeTurns() -> [CheckedContinuation<Void, any Error>] {
            let count = min(line.count, max(0, limit - inside))
            let turns = line.prefix(count).map(\.turn)
            line.removeFirst(count)
            inside += count
            return turns
        }
    }

    private let state = Mutex(State())
    private let sleep: @Sendable (_ milliseconds: Int64) async throws -> Void

    /// A gate; `sleep` is how it waits for a time to pass.
    init(
        sleep: @escaping @Sendable (_ milliseconds: Int64) async throws -> Void = { milliseconds in
            try await Task.sleep(nanoseconds: UInt64(max(0, milliseconds)) * 1_000_000)
        }
    ) {
        self.sleep = sleep
    }

    /// How many wait.
    var waiting: Int { state.withLock { $0.line.count } }

    /// Comes in, once there are fewer than `limit` inside; whoever came in has to leave. Throws `TimedOut` when that takes
    /// too long, and `CancellationError` when the task is cancelled meanwhile.
    func enter(limit: Int, within milliseconds: Int64) async throws {
        let ticket = state.withLock { state -> Int? in
            state.limit = max(1, limit)
            if state.line.isEmpty, state.inside < state.limit {
                state.inside += 1
                return nil
            }
            state.nextTicket += 1
            return state.nextTicket
        }
        guard let ticket else { return }
        try await withTaskCancellationHandler {
            var alarm: Task<Void, any Error>?
            defer { alarm?.cancel() }
            try await withCheckedThrowingContinuation { turn in
                standInLine(ticket, turn)
                // Not before: it would find nobody in line to wake.
                alarm = Task { [sleep] in
                    try await sleep(milliseconds)
                    self.giveUp(ticket, TimedOut())
                }
            }
        } onCancel: {
            giveUp(ticket, CancellationError())
        }
    }

    /// Makes room for the next.
    func leave() {
        let turns = state.withLock { state in
            state.inside -= 1
            return state.takeTurns()
        }
        for turn in turns { turn.resume() }
    }

    private func standInLine(_ ticket: Int, _ turn: CheckedContinuation<Void, any Error>) {
        let turns = state.withLock { state in
            state.line.append((ticket, turn))
            // Somebody may have left since.
            return state.takeTurns()
        }
        for turn in turns { turn.resume() }
        // The cancellation may have come before there was anybody to be told.
        if Task.isCancelled { giveUp(ticket, CancellationError()) }
    }

    private func giveUp(_ ticket: Int, _ reason: any Error) {
        let turn = state.withLock { state in
            state.line.firstIndex { $0.ticket == ticket }.map { state.line.remove(at: $0).turn }
        }
        turn?.resume(throwing: reason)
    }
}
