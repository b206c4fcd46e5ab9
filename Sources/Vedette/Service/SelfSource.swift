import Collectors
import Exposition
import HTTPAPI
import Instruments

/// The host, as a target.
struct HostSource: LocalSource {
    private var collector = HostCollector()

    mutating func collect(into writer: inout ExpositionWriter) { collector.collect(into: &writer) }
}

/// The appliance's own figures, as a target.
struct SelfSource: LocalSource {
    private var process = ProcessCollector()
    private let registry: Registry

    init(_ registry: Registry) { self.registry = registry }

    mutating func collect(into writer: inout ExpositionWriter) {
        process.collect(into: &writer)
        writer.write(registry)
    }
}
