import Model

/// The two text forms of an exposition.
public enum ExpositionFormat: Sendable, Hashable {
    /// Prometheus's text format 0.0.4.
    case text
    /// OpenMetrics 1.0.
    case openMetrics
}

/// Writes an exposition into a growing buffer of bytes.
public struct ExpositionWriter {
    /// The form that is written.
    public let format: ExpositionFormat
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    /// A writer with an empty buffer.
    public init(format: ExpositionFormat = .text) { self.format = format }

    /// Begins a family; its samples follow, without any of another family between them. `name` is the name in the text
    /// format (a counter's with its `_total`).
    public mutating func family(_ name: String, _ type: MetricType, help: String, unit: String? = nil) {
        bytes.append(contentsOf: "# HELP \(name) \(help)\n# TYPE \(name) \(type.rawValue)\n".utf8)
    }

    /// One sample; `name` is the whole name (with `_total`, `_bucket`, … where the type has them).
    public mutating func sample(_ name: String, _ labels: [Label] = [], _ value: Double, timestamp: Int64? = nil) {
        let pairs = labels.map { "\($0.name)=\(quoted($0.value))" }.joined(separator: ",")
        bytes.append(contentsOf: "\(name)\(pairs.isEmpty ? "" : "{\(pairs)}") \(formatExpositionValue(value))".utf8)
        if let timestamp { bytes.append(contentsOf: " \(timestamp)".utf8) }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Ends the exposition: OpenMetrics wants `# EOF`.
    public mutating func finish() {
        if format == .openMetrics { bytes.append(contentsOf: "# EOF\n".utf8) }
    }
}
