/// The two text forms of an exposition.
public enum ExpositionFormat: Sendable, Hashable {
    /// Prometheus's text format 0.0.4.
    case text
    /// OpenMetrics 1.0.
    case openMetrics
}
