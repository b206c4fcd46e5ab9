import Model

/// What is evaluated together, as its row has it.
public struct JudgedGroup: Sendable, Hashable {
    /// Its number in the file.
    public var id: Int64
    /// What it is found by after a restart.
    public var name: String
    /// The time of its last evaluation.
    public var evaluated: Int64
    /// How the machine's clocks stood then: JSON of whoever judges.
    public var clock: String
    /// The values at that time by the slots of the instances, as a JSON array.
    public var values: String

    /// A group as its row has it.
    public init(id: Int64, name: String, evaluated: Int64, clock: String, values: String) {
        self.id = id
        self.name = name
        self.evaluated = evaluated
        self.clock = clock
        self.values = values
    }
}

/// A series of a rule, with its state.
public struct JudgedInstance: Sendable, Hashable {
    /// So many slots has a group.
    public static let slots = 1 << 20

    /// Its number: `group << 20 | slot`.
    public var id: Int64
    /// What kind of rule it is of.
    public var kind: String
    /// The rule's name.
    public var rule: String
    /// The labels, as JSON.
    public var series: String
    /// The state in one word.
    public var state: String
    /// When that began.
    public var since: Int64
    /// The timers: JSON of whoever judges.
    public var detail: String

    /// An instance as its row has it.
    public init(
        id: Int64, kind: String, rule: String, series: String, state: String, since: Int64, detail: String
    ) {
        self.id = id
        self.kind = kind
        self.rule = rule
        self.series = series
        self.state = state
        self.since = since
        self.detail = detail
    }

    /// The number of a slot of a group.
    public static func id(group: Int64, slot: Int) -> Int64 { group << 20 | Int64(slot & (slots - 1)) }

    /// The group it belongs to.
    public var group: Int64 { id >> 20 }

    /// Its slot in the group.
    public var slot: Int { Int(id & Int64(Self.slots - 1)) }
}
