import Exposition
import Model
import Store

/// A family as an export writes it: its lines of metadata, then the samples of its metrics.
struct ExportFamily: Equatable {
    /// The name as OpenMetrics has it, by which families are sorted.
    var name: String
    /// What is written about it; nil where nothing is known.
    var metadata: FamilyMetadata?
    /// The name of the family in the text format's language, from which the writer makes OpenMetrics'.
    var declared: String
    /// The names of its metrics, in byte order.
    var metrics: [String]

    var type: MetricType { metadata.map { MetricType(rawValue: $0.type) ?? .unknown } ?? .unknown }

    /// Which metrics belong together, in byte order of the families.
    static func all(of metrics: [String], _ metadata: [FamilyMetadata]) -> [ExportFamily] {
        var known: [[UInt8]: FamilyMetadata] = [:]
        for family in metadata { known[Array(family.family.utf8)] = family }
        var families: [[UInt8]: ExportFamily] = [:]
        // A metric with the name of a family comes before those that only belong to it.
        for metric in metrics.sorted(by: bytesPrecede) {
            var own = place(of: metric, known)
            if let other = families[Array(own.name.utf8)], other.type != own.type {
                // Two families of one name and of different types: the second one is said to be nothing in particular.
                own = ExportFamily(name: metric, metadata: own.metadata, declared: metric, metrics: [metric])
                own.metadata?.type = MetricType.unknown.rawValue
            }
            families[Array(own.name.utf8), default: own].metrics.appendNew(metric)
        }
        return families.values.sorted { bytesPrecede($0.name, $1.name) }
    }

    /// The family of a metric by what is known.
    private static func place(of metric: String, _ known: [[UInt8]: FamilyMetadata]) -> ExportFamily {
        if let own = known[Array(metric.utf8)] {
            // The text format names counters, and what OpenMetrics calls infos, with their suffix.
            let name =
                switch own.type {
                case "counter": dropping("_total", of: metric) ?? metric
                case "info": dropping("_info", of: metric) ?? metric
                default: metric
                }
            return ExportFamily(name: name, metadata: own, declared: metric, metrics: [metric])
        }
        for (suffix, types) in suffixes {
            guard let name = dropping(suffix, of: metric), let family = known[Array(name.utf8)],
                types.contains(family.type)
            else { continue }
            let declared = family.type == "counter" ? name + "_total" : family.type == "info" ? name + "_info" : name
            return ExportFamily(name: name, metadata: family, declared: declared, metrics: [metric])
        }
        return ExportFamily(name: metric, metadata: nil, declared: metric, metrics: [metric])
    }

    /// What the metrics of families of a type are called besides the family's own name.
    private static let suffixes: [(suffix: String, types: Set<String>)] = [
        ("_total", ["counter"]), ("_created", ["counter", "histogram", "summary"]), ("_info", ["info"]),
        ("_bucket", ["histogram", "gaugehistogram"]), ("_count", ["histogram", "summary"]),
        ("_sum", ["histogram", "summary"]), ("_gcount", ["gaugehistogram"]), ("_gsum", ["gaugehistogram"]),
    ]

    private static func dropping(_ suffix: String, of name: String) -> String? {
        guard name.utf8.count > suffix.utf8.count, name.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
        else { return nil }
        return String(decoding: name.utf8.dropLast(suffix.utf8.count), as: UTF8.self)
    }
}

extension [String] {
    fileprivate mutating func appendNew(_ text: String) {
        if !(last.map { sameBytes($0, text) } ?? false) { append(text) }
    }
}
