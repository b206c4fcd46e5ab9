import Exposition

extension Router {
    /// The appliance's own metrics, as text or OpenMetrics, whichever is asked for.
    mutating func addMetricsRoutes(_ writeMetrics: @escaping @Sendable (inout ExpositionWriter) -> Void) {
        on(
            .get, at: "/metrics",
            .fast { request in
                let accept = request.headers.list("Accept")
                let format = ExpositionFormat.negotiated(accept: accept)
                var writer = ExpositionWriter(format: format, names: .negotiated(accept: accept))
                writeMetrics(&writer)
                writer.finish()
                return .bytes(writer.bytes, type: format.contentType)
            })
    }
}
