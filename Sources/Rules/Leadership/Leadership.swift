import Model

/// Whose turn it is to act, when several instances watch the same world. Only the one whose turn it is acts; the others go on
/// collecting and judging, and are ready.
public protocol Leadership: Sendable {
    /// Whose turn it is, as far as this instance knows. Cheap, from any thread.
    var status: LeadershipStatus { get }

    /// The epoch in which this instance may act at this moment; nil when it is not its turn. Cheap, from any thread, and to
    /// be asked before each act: the turn ends at a time, though nobody may be there to say so.
    func actingEpoch() -> Int64?

    /// The longest time, in milliseconds, in which nobody may act while the turn changes hands.
    var handover: Int64 { get }

    /// Begins to take part, and from then on tells of each change, on a thread of its own that must not be held up. To be
    /// called once. Throws when taking part is impossible.
    func start(telling: @escaping @Sendable (LeadershipStatus) -> Void) async throws(UserError)

    /// Gives the turn up and takes part no more. Whatever acts must have ended before.
    func stop() async
}

extension Leadership {
    /// Whether this instance may act at this moment.
    public var mayAct: Bool { actingEpoch() != nil }
}

/// Whose turn it is.
public struct LeadershipStatus: Sendable, Hashable {
    /// Whether it is this instance's.
    public var isLeader: Bool
    /// How often the turn has changed hands: the number of the turn that is known last. No two holders ever share one.
    public var epoch: Int64
    /// Who has the turn, or had it last; empty when nobody does, or it is not known.
    public var holder: String
    /// Since when that is so, in Unix milliseconds.
    public var since: Int64
    /// Why it is not known, or cannot be kept, in one line; nil when all is well.
    public var error: String?

    /// Whose turn it is.
    public init(isLeader: Bool, epoch: Int64, holder: String, since: Int64, error: String? = nil) {
        self.isLeader = isLeader
        self.epoch = epoch
        self.holder = holder
        self.since = since
        self.error = error
    }
}
