import Model

/// What a template can ask for besides its data.
public struct TemplateEnvironment: Sendable {
    /// Evaluates an expression at the time of the environment.
    public typealias Query = @Sendable (_ expression: String) throws -> [(labels: Labels, value: Double)]
    /// How clocks go in the zone of this name at a Unix time in seconds.
    public typealias Zones = @Sendable (_ name: String, _ seconds: Int64) throws -> TemplateZone

    /// What `now` says, in Unix milliseconds.
    public var now: Int64
    /// Where the appliance is reached from outside: `https://example.com/vedette`.
    public var externalURL: String
    /// Answers `query`; without it templates cannot query.
    public var query: Query?
    /// Answers `tz`; without it there is only UTC.
    public var zones: Zones?

    /// An environment.
    public init(now: Int64, externalURL: String = "", query: Query? = nil, zones: Zones? = nil) {
        self.now = now
        self.externalURL = externalURL
        self.query = query
        self.zones = zones
    }

    /// The path of the external URL: empty where it has none.
    var pathPrefix: String {
        guard let start = externalURL.utf8.firstIndex(of: UInt8(ascii: ":")) else { return "" }
        let rest = externalURL[start...].dropFirst()
        guard rest.hasPrefix("//") else { return "" }
        let path = rest.dropFirst(2).drop { $0 != "/" && $0 != "?" && $0 != "#" }
        return String(path.prefix { $0 != "?" && $0 != "#" })
    }
}
