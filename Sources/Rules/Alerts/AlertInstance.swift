import Model

/// An alert of an alerting rule: one for each series that its expression has, or lately had.
public struct AlertInstance: Sendable {
    /// Where an alert stands.
    public enum State: String, Sendable, CaseIterable {
        /// Its series is there, but not yet for as long as the rule wants.
        case pending
        /// It fires.
        case firing
        /// It fired, and is over.
        case inactive
    }

    /// The labels, `alertname` among them: they tell it from the rule's other alerts.
    public var labels: Labels
    /// What is said about it, sorted by name; a text may be empty.
    public var annotations: [Label]
    /// Where it stands.
    public var state: State
    /// The value that its series had last.
    public var value: Double
    /// Since when its series is there, in Unix milliseconds.
    public var activeAt: Int64
    /// Since when it fires; nil before.
    public var firedAt: Int64?
    /// When it was over; nil before.
    public var resolvedAt: Int64?
    /// Since when it fires without its series; nil while that is there.
    public var keepFiringSince: Int64?

    /// An alert as it was stored.
    public init(
        labels: Labels, annotations: [Label] = [], state: State, value: Double, activeAt: Int64, firedAt: Int64? = nil,
        resolvedAt: Int64? = nil, keepFiringSince: Int64? = nil
    ) {
        self.labels = labels
        self.annotations = annotations
        self.state = state
        self.value = value
        self.activeAt = activeAt
        self.firedAt = firedAt
        self.resolvedAt = resolvedAt
        self.keepFiringSince = keepFiringSince
    }

    /// Whether the state and all its times are the same. Value and annotations may differ: they are the evaluation's, and
    /// nothing follows from them.
    public func stands(like other: AlertInstance) -> Bool {
        state == other.state && activeAt == other.activeAt && firedAt == other.firedAt
            && resolvedAt == other.resolvedAt && keepFiringSince == other.keepFiringSince
    }
}

/// A series of an alerting rule's expression, made ready to be judged.
public struct ActiveAlert: Sendable {
    /// The labels that the alert has.
    public var labels: Labels
    /// What is said about it, sorted by name.
    public var annotations: [Label]
    /// The series' value.
    public var value: Double

    /// A series made ready.
    public init(labels: Labels, annotations: [Label] = [], value: Double) {
        self.labels = labels
        self.annotations = annotations
        self.value = value
    }
}

/// What became of an alert that does not stand as before.
public struct AlertChange: Sendable {
    /// How it stood; nil when it is new.
    public var before: AlertInstance?
    /// How it stands now; nil when it is not kept any more.
    public var after: AlertInstance?
}

/// What an evaluation makes of a rule's alerts.
public struct AlertStep: Sendable {
    /// The alerts now: those there were before in the same order, then new ones.
    public var instances: [AlertInstance]
    /// The alerts that do not stand as before.
    public var changes: [AlertChange]

    /// How many of them are pending or firing.
    public var activeCount: Int { instances.reduce(0) { $1.state == .inactive ? $0 : $0 + 1 } }
}
