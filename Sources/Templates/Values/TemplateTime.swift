import Model

/// A moment, and the clock it is read from.
public struct TemplateTime: Sendable, Hashable {
    /// The moment.
    public var moment: PreciseTime
    /// The time zone it is shown in.
    public var zone: TemplateZone

    /// A moment, shown in UTC if nothing else is said.
    public init(_ moment: PreciseTime, zone: TemplateZone = .utc) {
        self.moment = moment
        self.zone = zone
    }
}

/// How clocks go at a place at a time.
public struct TemplateZone: Sendable, Hashable {
    /// Seconds to the east of UTC.
    public var offset: Int64
    /// What that time is called: `CEST`. Where it has no name it is shown as `+02`.
    public var name: String

    /// Coordinated universal time.
    public static let utc = TemplateZone(offset: 0, name: "UTC")

    /// A zone.
    public init(offset: Int64, name: String) {
        self.offset = offset
        self.name = name
    }
}
