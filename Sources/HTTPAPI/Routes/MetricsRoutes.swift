import Exposition

extension Router {
    /// The appliance's own metrics.
    mutating func addMetricsRoutes(_ services: Services) {
        on(
            .get, at: "/metrics",
            .fast { _ in
                var writer = ExpositionWriter(format: .text)
                services.writeMetrics(&writer)
                writer.finish()
                return .bytes(writer.bytes, type: "text/plain; version=0.0.4; charset=utf-8")
            })
    }
}
