import Actions
import Model
import Rules

extension JudgingConfiguration {
    /// What the configuration wants judged, and how.
    init(_ configuration: VedetteConfiguration, listen: ListenAddress) {
        self.init()
        thresholds = configuration.judging.thresholds.thresholds
        actions = Dictionary(
            configuration.judging.actions.actions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        ruleFiles = configuration.judging.ruleFiles.files
        groups.interval = configuration.common.global.evaluationInterval
        groups.queryOffset = configuration.common.global.ruleQueryOffset
        groups.externalURL =
            configuration.common.externalURL
            ?? "\(configuration.common.tls == nil ? "http" : "https")://\(hostName()):\(listen.port)"
        groups.externalLabels = configuration.common.global.externalLabels
        routes = configuration.judging.routes.routes
        silences = configuration.judging.silences.silences
        windows = configuration.judging.maintenance.windows
        leadership = configuration.judging.leadership
        queries.lookBack = configuration.common.query.lookbackDelta
        queries.subqueryInterval = configuration.common.global.evaluationInterval
        groups.engine = queries
        sampleLimit = configuration.common.query.maxSamples
    }
}
