import Model

/// Writes an exposition into a growing buffer of bytes.
///
/// The caller speaks the text format's language (a counter is named with its `_total`, an info metric with its `_info`,
/// timestamps are milliseconds); where OpenMetrics wants it otherwise, the writer sees to it.
public struct ExpositionWriter {
    /// The form that is written.
    public let format: ExpositionFormat
    /// What is done with names that need quotes.
    public let names: ExpositionNames
    /// What has been written.
    public internal(set) var bytes: [UInt8] = []

    /// The type of the family that is being written, as it was declared.
    var type = MetricType.unknown

    /// A writer with an empty buffer.
    public init(format: ExpositionFormat = .text, names: ExpositionNames = .quoted) {
        self.format = format
        self.names = names
    }

    /// Begins a family; its samples follow, without any of another family between them. `name` is the name in the text
    /// format (a counter's with its `_total`). A unit is written when the form has units and the name ends with it.
    public mutating func family(_ name: String, _ type: MetricType, help: String, unit: String? = nil) {
        self.type = type
        let declared = declaration(of: name, type)
        if !help.isEmpty {
            metadata("# HELP ", declared.name)
            appendEscaped(help, quotes: format == .openMetrics)
            bytes.append(UInt8(ascii: "\n"))
        }
        metadata("# TYPE ", declared.name)
        append(declared.type)
        bytes.append(UInt8(ascii: "\n"))
        if let unit, format == .openMetrics, !unit.isEmpty, declared.name.utf8.hasSuffix("_\(unit)".utf8) {
            metadata("# UNIT ", declared.name)
            append(unit)
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// One sample; `name` is the whole name (with `_total`, `_bucket`, … where the type has them). The timestamp is in
    /// milliseconds.
    public mutating func sample(_ name: String, _ labels: [Label] = [], _ value: Double, timestamp: Int64? = nil) {
        startSample(name, labels, value, timestamp)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// One sample without labels.
    public mutating func sample(_ name: String, _ value: Double, timestamp: Int64? = nil) {
        sample(name, [], value, timestamp: timestamp)
    }

    /// One sample of a series, `__name__` among its labels.
    public mutating func sample(_ series: Labels, _ value: Double, timestamp: Int64? = nil) {
        startSample(series.metric, series.withoutMetric.pairs, value, timestamp)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// One sample with an exemplar, which only OpenMetrics has a place for.
    public mutating func sample(
        _ name: String, _ labels: [Label] = [], _ value: Double, timestamp: Int64? = nil, exemplar: Exemplar
    ) {
        startSample(name, labels, value, timestamp)
        if format == .openMetrics {
            append(" # {")
            appendLabels(exemplar.labels.pairs, first: true)
            append("} ")
            appendFloat(exemplar.value)
            if let time = exemplar.timestamp { appendTimestamp(time) }
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// When a counter, histogram or summary began to count, in milliseconds. `family` is the name given to `family`. The text
    /// format has no place for it.
    public mutating func created(_ family: String, _ labels: [Label] = [], _ milliseconds: Int64) {
        guard format == .openMetrics else { return }
        appendSeries(declaration(of: family, type).name + "_created", labels)
        appendTimestamp(milliseconds)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Ends the exposition: OpenMetrics wants `# EOF`.
    public mutating func finish() {
        if format == .openMetrics { append("# EOF\n") }
    }

    /// Empties the buffer for the next exposition and keeps its memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        type = .unknown
    }

    /// The name and the type that stand in the lines of metadata.
    func declaration(of name: String, _ type: MetricType) -> (name: String, type: String) {
        guard format == .openMetrics else {
            switch type {
            case .counter, .gauge, .histogram, .summary: return (name, type.rawValue)
            // What the text format does not know: a gauge where that is what it is, else nothing is claimed.
            case .info, .stateset: return (name, MetricType.gauge.rawValue)
            case .gaugehistogram, .unknown: return (name, "untyped")
            }
        }
        switch type {
        case .counter where name.utf8.hasSuffix("_total".utf8):
            return (droppingSuffix("_total", of: name), type.rawValue)
        case .info where name.utf8.hasSuffix("_info".utf8):
            return (droppingSuffix("_info", of: name), type.rawValue)
        // Its samples would not be named as OpenMetrics demands: it is valid only without a claim.
        case .counter, .info:
            return (name, MetricType.unknown.rawValue)
        default:
            return (name, type.rawValue)
        }
    }
}
