import Model
import Store
import Synchronization

/// What is not told of at present: silences and maintenance windows, those of the configuration and those made by request.
public final class Mutings: Sendable {
    private struct State {
        var configured: [Silence] = []
        var requested: [Silence] = []
        var silences = SilenceBook([])
        var configuredWindows: [MaintenanceWindow] = []
        var requestedWindows: [RequestedWindow] = []
        var maintenance = MaintenanceBook()
        var inForce: MaintenanceInForce?
        /// The moment at which the windows in force were found.
        var found: Int64 = 0

        mutating func arrange() { silences = SilenceBook(configured + requested) }

        mutating func arrangeWindows() {
            maintenance = MaintenanceBook(configuredWindows + requestedWindows.map(\.window))
            inForce = nil
        }

        /// Takes over silences that are new or have changed.
        mutating func take(_ changed: [Silence]) {
            for silence in changed {
                if let place = requested.firstIndex(where: { sameBytes($0.id, silence.id) }) {
                    requested[place] = silence
                } else {
                    requested.append(silence)
                }
            }
            arrange()
        }
    }

    /// An ended silence or window is kept for so long, to be looked at.
    private static let keptFor: Int64 = 5 * 86_400_000

    private let state = Mutex(State())
    private let record: @Sendable ([JudgingChange]) async throws -> Void

    /// What was made by request before; `record` writes what changes.
    init(_ stored: [StoredMuting], record: @escaping @Sendable ([JudgingChange]) async throws -> Void) throws(UserError)
    {
        self.record = record
        var requested: [Silence] = []
        var requestedWindows: [RequestedWindow] = []
        for muting in stored {
            switch muting.kind {
            case Silence.storedKind: requested.append(try Silence(stored: muting))
            case RequestedWindow.storedKind: requestedWindows.append(try RequestedWindow(stored: muting))
            // Of a kind that only a later version knows.
            default: break
            }
        }
        let (silences, windows) = (requested, requestedWindows)
        state.withLock { state in
            state.requested = silences
            state.arrange()
            state.requestedWindows = windows
            state.arrangeWindows()
        }
    }

    /// Goes by these silences and windows of the configuration from now on.
    func configure(_ silences: [Silence], _ windows: [MaintenanceWindow]) {
        state.withLock { state in
            state.configured = silences
            state.configuredWindows = windows
            state.arrange()
            state.arrangeWindows()
        }
    }

    /// Why an alert with these labels is not told of at a time; nil when it is.
    func reason(for labels: Labels, at now: Int64) -> String? {
        state.withLock { state in
            if let silence = state.silences.silence(muting: labels, at: now) {
                return "silence \(silence.id)" + said(silence.author, silence.comment)
            }
            if state.maintenance.windows.isEmpty { return nil }
            // A clock that was set back may lead before the moment at which they were looked for.
            if state.inForce == nil || now < state.found || state.inForce?.until.map({ now >= $0 }) ?? false {
                state.inForce = state.maintenance.inForce(at: now)
                state.found = now
            }
            return state.inForce?.window(muting: labels).map {
                "maintenance \($0.name)" + said($0.author, $0.comment)
            }
        }
    }

    /// The silences that have each of these matchers among theirs, in Alertmanager's order.
    public func silences(having matchers: [LabelMatcher] = [], at now: Int64) -> [Silence] {
        state.withLock { $0.silences }.silences(having: matchers, at: now)
    }

    /// The silence of a name.
    public func silence(id: String) -> Silence? { state.withLock { $0.silences.silence(id: id) } }

    /// The windows of the configuration, in its order.
    public func configuredWindows() -> [MaintenanceWindow] { state.withLock { $0.configuredWindows } }

    /// The windows that were made by request, in the order in which they were.
    public func requestedWindows() -> [RequestedWindow] { state.withLock { $0.requestedWindows } }

    /// Makes or changes a silence; returns the name that it has. Throws a `SilenceRefusal`, or why it cannot be written.
    public func place(_ wanted: Silence, at now: Int64) async throws -> String {
        let change = try state.withLock { state throws(SilenceRefusal) in
            let change = try state.silences.placing(wanted, at: now)
            state.take(change.stored)
            return change
        }
        try await record(change.stored.map { .muting($0.stored) })
        return change.id
    }

    /// Ends a silence now. Throws a `SilenceRefusal`, or why it cannot be written.
    public func expire(id: String, at now: Int64) async throws {
        let ended = try state.withLock { state throws(SilenceRefusal) in
            guard let ended = try state.silences.expiring(id: id, at: now) else { return nil as Silence? }
            state.take([ended])
            return ended
        }
        if let ended { try await record([.muting(ended.stored)]) }
    }

    /// Makes a window. Throws why it cannot be had or written.
    public func open(_ window: RequestedWindow, at now: Int64) async throws {
        if window.to <= now { throw UserError("cannot make maintenance window: it would end in the past") }
        state.withLock { state in
            state.requestedWindows.append(window)
            state.arrangeWindows()
        }
        try await record([.muting(window.stored)])
    }

    /// Ends a window now. Throws a `WindowRefusal`, or why it cannot be written.
    public func close(windowID id: String, at now: Int64) async throws {
        let ended = try state.withLock { state throws(WindowRefusal) in
            guard let place = state.requestedWindows.firstIndex(where: { sameBytes($0.id, id) }) else {
                throw .unknown(id)
            }
            guard state.requestedWindows[place].to > now else { return nil as RequestedWindow? }
            state.requestedWindows[place].end(at: now)
            state.arrangeWindows()
            return state.requestedWindows[place]
        }
        if let ended { try await record([.muting(ended.stored)]) }
    }

    /// Forgets what ended long ago.
    func sweep(at now: Int64) async throws {
        let bound = now.after(-Self.keptFor)
        let old = state.withLock { state -> [String] in
            let silences = Set(state.requested.filter { $0.to < bound }.map(\.id))
            if !silences.isEmpty {
                state.requested.removeAll { silences.contains($0.id) }
                state.arrange()
            }
            let windows = Set(state.requestedWindows.filter { $0.to < bound }.map(\.id))
            if !windows.isEmpty {
                state.requestedWindows.removeAll { windows.contains($0.id) }
                state.arrangeWindows()
            }
            return Array(silences) + Array(windows)
        }
        if !old.isEmpty { try await record(old.map { .mutingGone($0) }) }
    }
}

/// Who wanted it and why, as far as they said so.
private func said(_ author: String, _ comment: String) -> String {
    let parts = [author.isEmpty ? "" : " by \(author)", comment.isEmpty ? "" : ": \(comment)"]
    return parts.joined()
}
