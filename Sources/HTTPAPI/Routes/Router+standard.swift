import Exposition
import Model

extension Router {
    /// The router of the appliance, with all routes that these services can answer.
    public static func standard(_ services: Services) -> Router {
        var router = Router()
        router.family(under: "/api/v1", .prometheusAPI)
        router.addHealthRoutes(notReady: services.notReady, leadership: services.judging?.leadership)
        router.addLifecycleRoutes(services)
        router.addMetricsRoutes(services.writeMetrics)
        router.addStatusRoutes(services)
        router.addTargetsRoutes(services)
        router.addQueryRoutes(services)
        router.addLabelRoutes(services)
        router.addMetadataRoutes(services)
        router.addFederationRoutes(services)
        router.addBackupRoutes(services)
        router.addRemoteWriteRoutes(services)
        if let judging = services.judging {
            router.addRuleRoutes(judging)
            router.addThresholdRoutes(judging)
            router.addActionRoutes(judging, services.queries, services.clock)
            router.addSilenceRoutes(judging.mutings, services.clock)
            router.addMaintenanceRoutes(judging.mutings, services.clock)
            router.addLeadershipRoutes(judging)
        }
        router.addStaticFiles(webFiles())
        return router
    }

    /// The router of a mode that judges and has no samples: what is judged and what was done, to be read.
    public static func small(
        _ judging: JudgingServices, queries: QueryRunner, clock: any WallClock = SystemClock(),
        writeMetrics: @escaping @Sendable (inout ExpositionWriter) -> Void
    ) -> Router {
        var router = Router()
        router.family(under: "/api/v1", .prometheusAPI)
        router.addHealthRoutes(notReady: { nil }, leadership: judging.leadership)
        router.addMetricsRoutes(writeMetrics)
        router.addThresholdRoutes(judging)
        router.addActionRoutes(judging, queries, clock)
        router.addLeadershipRoutes(judging)
        return router
    }
}
