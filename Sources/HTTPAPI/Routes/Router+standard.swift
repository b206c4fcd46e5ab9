extension Router {
    /// The router of the appliance, with all routes that these services can answer.
    public static func standard(_ services: Services) -> Router {
        var router = Router()
        router.family(under: "/api/v1", .prometheusAPI)
        router.addHealthRoutes(services)
        router.addLifecycleRoutes(services)
        router.addMetricsRoutes(services)
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
            router.addActionRoutes(judging, services)
            router.addSilenceRoutes(judging.mutings, services.clock)
            router.addMaintenanceRoutes(judging.mutings, services.clock)
            router.addLeadershipRoutes(judging)
        }
        router.addStaticFiles(webFiles())
        return router
    }
}
