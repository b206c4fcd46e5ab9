import Actions
import Model

/// Where a group of alerts stands with one action: a plain value, to be stored after each change. There is none for a group
/// without alerts.
public struct AlertGroupState: Sendable, Hashable {
    /// What has been told of a group.
    public struct Told: Sendable, Hashable {
        /// The alerts that fired.
        public var firing: [Labels]
        /// The alerts that were resolved.
        public var resolved: [Labels]
        /// When that was decided, in Unix milliseconds.
        public var at: Int64
    }

    /// The alerts of the group, in the order of their labels; those that are resolved stay until that has been dealt with.
    public internal(set) var members: [ActionAlert]
    /// When the group is to be looked at next.
    public internal(set) var nextFlush: Int64
    /// What the action has told last; nil before it has told anything.
    public internal(set) var told: Told?
    /// What the action is telling at present: decided on, and not known to have succeeded or failed.
    public internal(set) var outstanding: Told?
    /// What would have been told last if nothing were silenced. By this, what is kept back is on record once, not every time.
    public internal(set) var known: Told?

    /// A state as it was stored.
    public init(members: [ActionAlert], nextFlush: Int64, told: Told?, outstanding: Told?, known: Told?) {
        self.members = members
        self.nextFlush = nextFlush
        self.told = told
        self.outstanding = outstanding
        self.known = known
    }

    /// The machine's clock has been set, forward or back by so many milliseconds: what was to happen in an hour still is. When
    /// alerts began stays what it was.
    mutating func shift(by milliseconds: Int64) {
        nextFlush = nextFlush.after(milliseconds)
        told?.at += milliseconds
        outstanding?.at += milliseconds
        known?.at += milliseconds
    }

    /// The state without alerts that are not the group's any more: of these nobody is told, nor that they are over. Nil when none is
    /// left.
    func keeping(_ isOurs: (Labels) -> Bool) -> AlertGroupState? {
        let gone = Set(members.map(\.labels).filter { !isOurs($0) })
        if gone.isEmpty { return self }
        var state = self
        state.members.removeAll { gone.contains($0.labels) }
        state.told?.forget(gone)
        state.outstanding?.forget(gone)
        state.known?.forget(gone)
        return state.members.isEmpty ? nil : state
    }

    /// Whether the other differs in nothing but what alerts say besides.
    func stands(like other: AlertGroupState) -> Bool {
        nextFlush == other.nextFlush && told == other.told && outstanding == other.outstanding && known == other.known
            && members.stand(like: other.members)
    }
}

extension AlertGroupState.Told {
    fileprivate mutating func forget(_ gone: Set<Labels>) {
        firing.removeAll { gone.contains($0) }
        resolved.removeAll { gone.contains($0) }
    }
}

extension [ActionAlert] {
    /// Whether these are the same alerts as the others in the same order, and fire or are over since the same time. What they say
    /// besides, their values above all, is not compared: that changes with nearly every evaluation.
    func stand(like others: [ActionAlert]) -> Bool {
        count == others.count
            && zip(self, others).allSatisfy { alert, other in
                alert.isFiring == other.isFiring && alert.startsAt == other.startsAt && alert.endsAt == other.endsAt
                    && alert.labels == other.labels
            }
    }
}

/// What is to be told of a group.
public struct GroupNotice: Sendable, Hashable {
    /// Why.
    public enum Reason: String, Sendable, CaseIterable {
        /// The group fires, and was not known to.
        case first
        /// Alerts have joined it.
        case newAlerts = "new_alerts"
        /// Some of its alerts are resolved.
        case newResolved = "new_resolved"
        /// All of them are.
        case allResolved = "all_resolved"
        /// Nothing has changed for a long time.
        case repetition = "repeat"
    }

    /// Why.
    public var reason: Reason
    /// The alerts to tell of, in the order of their labels.
    public var alerts: [ActionAlert]
    /// The alerts that are left out because something mutes them.
    public var muted: [ActionAlert]

    /// Whether any of the alerts fires.
    public var isFiring: Bool { alerts.contains(where: \.isFiring) }
}

/// What came of looking at a group.
public struct GroupOutcome: Sendable, Hashable {
    /// Where the group stands now; nil when it is no more.
    public var state: AlertGroupState?
    /// What is to be told: handed over together with storing the state. Its end must be told to `settled`.
    public var notice: GroupNotice?
    /// What would have to be told if it were not muted, for the record. Nothing is done, and no end is told.
    public var silenced: GroupNotice?
}
