import Model
import Store
import Synchronization

/// What is not told of at present: silences, those of the configuration and those made by request, and maintenance windows.
public final class Mutings: Sendable {
    private struct State {
        var configured: [Silence] = []
        var requested: [Silence] = []
        var silences = SilenceBook([])
        var maintenance = MaintenanceBook()
        var inForce: MaintenanceInForce?
        /// The moment at which the windows in force were found.
        var found: Int64 = 0

        mutating func arrange() { silences = SilenceBook(configured + requested) }

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

    /// An ended silence is kept for so long, to be looked at.
    private static let keptFor: Int64 = 5 * 86_400_000

    private let state = Mutex(State())
    private let record: @Sendable ([JudgingChange]) async throws -> Void

    /// What was made by request before; `record` writes what changes.
    init(_ stored: [StoredMuting], record: @escaping @Sendable ([JudgingChange]) async throws -> Void) throws(UserError)
    {
        self.record = record
        var requested: [Silence] = []
        for muting in stored where muting.kind == Silence.storedKind {
            requested.append(try Silence(stored: muting))
        }
        let silences = requested
        state.withLock { state in
            state.requested = silences
            state.arrange()
        }
    }

    /// Goes by these silences and windows of the configuration from now on.
    func configure(_ silences: [Silence], _ windows: [MaintenanceWindow]) {
        state.withLock { state in
            state.configured = silences
            state.maintenance = MaintenanceBook(windows)
            state.inForce = nil
            state.arrange()
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

    /// All silences, in their order.
    public func silences() -> [Silence] { state.withLock { $0.silences.silences } }

    /// The silence of a name.
    public func silence(id: String) -> Silence? { state.withLock { $0.silences.silence(id: id) } }

    /// All windows, in the order of the configuration.
    public func windows() -> [MaintenanceWindow] { state.withLock { $0.maintenance.windows } }

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

    /// Forgets silences that ended long ago.
    func sweep(at now: Int64) async throws {
        let old = state.withLock { state -> [Silence] in
            let old = state.requested.filter { $0.to < now.after(-Self.keptFor) }
            if old.isEmpty { return old }
            let ids = Set(old.map(\.id))
            state.requested.removeAll { ids.contains($0.id) }
            state.arrange()
            return old
        }
        if !old.isEmpty { try await record(old.map { .mutingGone($0.id) }) }
    }
}

/// Who wanted it and why, as far as they said so.
private func said(_ author: String, _ comment: String) -> String {
    let parts = [author.isEmpty ? "" : " by \(author)", comment.isEmpty ? "" : ": \(comment)"]
    return parts.joined()
}
