import Actions
import Collectors
import Configuration
import Logging
import Model
import Rules

/// The whole configuration: the sections of all rooms.
struct VedetteConfiguration: Sendable {
    var common: CommonSections
    var scraping: ScrapeSection
    var judging: JudgingSection
    var selfMonitoring: SelfMonitoringSection

    init(_ root: Fields, using tools: ActionTools) {
        common = CommonSections(root)
        scraping = ScrapeSection(root, global: common.global)
        judging = JudgingSection(root, global: common.global, using: tools)
        selfMonitoring = root.section("self_monitoring") ?? SelfMonitoringSection()
    }

    /// Reads a file; when it is only to be checked, those that it names too.
    static func load(
        _ path: String, using tools: ActionTools = ActionTools(logger: Logger()), lookingAtNamedFiles: Bool = false
    ) throws(ConfigurationError) -> LoadedConfiguration<VedetteConfiguration> {
        try loadConfiguration(
            file: path, environment: processEnvironment(), lookingAtNamedFiles: lookingAtNamedFiles
        ) { VedetteConfiguration($0, using: tools) }
    }

    /// Has everything looked at that the configuration needs to be there, such as plugins and directories; throws what is missing.
    func checkWorld() async throws(ConfigurationError) {
        let problems = await judging.actions.check() + [judging.leadership.check()].compactMap { $0 }
        if !problems.isEmpty { throw ConfigurationError(problems: problems) }
    }

    /// What holds without a file.
    static func standard(
        using tools: ActionTools = ActionTools(logger: Logger())
    ) throws(ConfigurationError) -> LoadedConfiguration<VedetteConfiguration> {
        let context = DecodingContext(environment: [:], folder: ".")
        return try loadConfiguration(Array("global:\n  scrape_interval: 15s\n".utf8), in: context) {
            VedetteConfiguration($0, using: tools)
        }
    }
}

/// `self_monitoring`: what the appliance watches without being told.
struct SelfMonitoringSection: ConfigurationSection, Hashable {
    /// The host it runs on.
    var host = true
    /// Its own figures.
    var vedette = true
    /// How often, in milliseconds.
    var interval: Int64 = 15_000

    init() {}

    init(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        host = fields.bool("host") ?? true
        vedette = fields.bool("vedette") ?? true
        if let interval = fields.duration("interval"), interval > 0 { self.interval = interval }
        fields.finish()
    }
}
