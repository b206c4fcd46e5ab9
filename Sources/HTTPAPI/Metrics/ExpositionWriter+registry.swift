import Exposition
import Instruments
import Model

extension ExpositionWriter {
    /// Writes everything that a registry holds, family by family.
    public mutating func write(_ registry: Registry) {
        for snapshot in registry.snapshots() {
            family(snapshot.name, metricType(snapshot.type), help: snapshot.help, unit: snapshot.unit)
            for one in snapshot.samples { sample(one.name, one.labels.map { Label($0.name, $0.value) }, one.value) }
        }
    }
}

private func metricType(_ type: InstrumentType) -> MetricType {
    switch type {
    case .counter: .counter
    case .gauge: .gauge
    case .histogram: .histogram
    }
}
