import Model

/// Why an action runs, and everything that it is told: what templates, bodies and environments are made of.
public struct ActionEvent: Sendable, Hashable {
    /// What made it due.
    public enum Cause: String, Sendable, CaseIterable {
        /// A condition has held for its duration.
        case enter
        /// It still holds, and the pause since the last time is over.
        case `repeat`
        /// It holds no more.
        case resolve
        /// A group of alerts is reported.
        case notify
        /// Somebody asked for it by hand.
        case manual
    }

    /// The number of the action in the history.
    public var id: Int64 = 0
    /// The same for every attempt: whoever receives it twice can tell.
    public var key = ""
    /// The action's name.
    public var action = ""
    /// The rule that caused it: a threshold's name, an alert's, or a route's.
    public var rule = ""
    /// What made it due.
    public var cause = Cause.manual
    /// The state that was entered or goes on: `soft`, `hard`, `active`, `firing`, `resolved`.
    public var state = ""
    /// The value that decided; nil where there was none.
    public var value: Double?
    /// What it was compared with, as it was written: `> 100`.
    public var threshold = ""
    /// When the condition began to hold, in Unix milliseconds.
    public var since: Int64?
    /// When the action was decided on.
    public var decidedAt: Int64 = 0
    /// What the alerts have been grouped by; all labels where there is one.
    public var groupLabels = Labels.none
    /// The alerts that it is about; a threshold's is one.
    public var alerts: [ActionAlert] = []
    /// Where this appliance is reached from outside.
    public var externalURL = ""
    /// Whose turn it was to act when it was decided on.
    public var epoch: Int64 = 0
    /// The number of this attempt, from 1 on.
    public var attempt = 1

    /// An event about nothing yet.
    public init() {}
}

/// One alert of an event.
public struct ActionAlert: Sendable, Hashable {
    /// Whether it fires; else it is resolved.
    public var isFiring = true
    /// Its labels, `alertname` among them.
    public var labels = Labels.none
    /// What is said about it.
    public var annotations = Labels.none
    /// When it began, in Unix milliseconds.
    public var startsAt: Int64 = 0
    /// When it ended; nil while it fires.
    public var endsAt: Int64?
    /// The value; nil where there is none.
    public var value: Double?
    /// Where its expression can be looked at.
    public var generatorURL = ""

    /// An alert about nothing yet.
    public init() {}
}
