/// Something about judging and acting that changes in the file. Each says the whole of a row: applied twice it does no harm.
public enum JudgingChange: Sendable {
    /// A group was evaluated.
    case group(JudgedGroup)
    /// A group is not configured any more; its instances go with it.
    case groupGone(Int64)
    /// An instance is new, or its state has changed.
    case instance(JudgedInstance)
    /// An instance has been given up.
    case instanceGone(Int64)
    /// An action was decided on.
    case action(StoredAction)
    /// An action goes on, or has ended.
    case progress(action: Int64, due: Int64?, outcome: StoredAction.Outcome, note: String, ended: Int64?)
    /// An attempt began, or has ended.
    case attempt(StoredAttempt)
    /// The attempts that nobody saw the end of have ended without it.
    case interrupted(at: Int64)
    /// A route's group of alerts has changed; without detail it is gone.
    case alertGroup(key: String, detail: String?)
    /// A silence or a window was made or changed.
    case muting(StoredMuting)
    /// A silence or a window is gone.
    case mutingGone(String)
    /// A single fact.
    case fact(name: String, value: String)

    /// What a later change makes needless that has the same key: only the newest of a state counts. Nil for what stands for itself. An
    /// action is told once, before anything that becomes of it.
    var stateKey: StateKey? {
        switch self {
        case .group(let group): .group(group.id)
        case .instance(let instance): .instance(instance.id)
        case .instanceGone(let id): .instance(id)
        case .progress(let action, _, _, _, _): .progress(action)
        case .attempt(let attempt): .attempt(attempt.action, attempt.attempt)
        case .alertGroup(let key, _): .alertGroup(Array(key.utf8))
        case .muting(let muting): .muting(Array(muting.id.utf8))
        case .mutingGone(let id): .muting(Array(id.utf8))
        case .fact(let name, _): .fact(name)
        case .groupGone, .action, .interrupted: nil
        }
    }

    /// Whose state it is.
    enum StateKey: Hashable {
        case group(Int64)
        case instance(Int64)
        case progress(Int64)
        case attempt(Int64, Int)
        /// Names come as bytes: two that look the same may be different ones.
        case alertGroup([UInt8])
        case muting([UInt8])
        case fact(String)
    }

    /// About how much memory it holds.
    var byteCount: Int {
        switch self {
        case .group(let group): 128 + group.values.utf8.count
        case .instance(let instance): 256 + instance.series.utf8.count + instance.detail.utf8.count
        case .action(let action): 512 + action.event.utf8.count
        case .attempt(let attempt): 128 + attempt.output.utf8.count + attempt.error.utf8.count
        default: 128
        }
    }
}

/// A silence or a maintenance window that was made by request.
public struct StoredMuting: Sendable, Hashable {
    /// What it is known by.
    public var id: String
    /// `silence` or `maintenance`.
    public var kind: String
    /// When it begins, in Unix milliseconds.
    public var starts: Int64
    /// When it ends.
    public var ends: Int64
    /// Who made it.
    public var author: String
    /// Why.
    public var comment: String
    /// All of it, as JSON.
    public var detail: String

    /// A silence or window as its row has it.
    public init(
        id: String, kind: String, starts: Int64, ends: Int64, author: String, comment: String, detail: String
    ) {
        self.id = id
        self.kind = kind
        self.starts = starts
        self.ends = ends
        self.author = author
        self.comment = comment
        self.detail = detail
    }
}
