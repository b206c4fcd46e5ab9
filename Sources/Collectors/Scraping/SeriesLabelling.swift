import Configuration
import Exposition
import Model

/// From what a target sends of a series to the labels under which it is stored.
struct SeriesLabelling {
    /// What became of a series.
    enum Verdict {
        case kept(Labels)
        /// Relabelling dropped it.
        case dropped
        /// It is over a limit of the job.
        case overLimit(String)
    }

    let target: Labels
    let config: ScrapeConfig

    /// Reads a series text and gives it its final labels.
    func label(_ text: UnsafeRawBufferPointer) throws(UserError) -> Verdict {
        var labels = withTargetLabels(try readSeries(text))
        if !config.metricRelabelRules.isEmpty {
            guard let relabelled = apply(config.metricRelabelRules, to: labels) else { return .dropped }
            labels = relabelled
        }
        guard !labels.metric.isEmpty else { throw UserError("cannot store a series: relabelling took its name away") }
        if let limit = limitExceeded(labels) { return .overLimit(limit) }
        return .kept(labels)
    }

    /// A label that both the target and discovery have: the one keeps its name, the other becomes `exported_…`.
    private func withTargetLabels(_ scraped: Labels) -> Labels {
        var labels = scraped
        for pair in target.pairs {
            guard let theirs = scraped[pair.name] else {
                labels.set(pair.name, pair.value)
                continue
            }
            if config.honorLabels { continue }
            var name = "exported_\(pair.name)"
            while labels[name] != nil || target[name] != nil { name = "exported_\(name)" }
            labels.set(pair.name, pair.value)
            labels.set(name, theirs)
        }
        return labels
    }

    private func limitExceeded(_ labels: Labels) -> String? {
        let limits = config.limits
        if limits.labels > 0, labels.pairs.count > limits.labels {
            return "label_limit \(limits.labels) exceeded: \(labels.pairs.count) labels"
        }
        for pair in labels.pairs {
            if limits.labelNameLength > 0, pair.name.utf8.count > limits.labelNameLength {
                return "label_name_length_limit \(limits.labelNameLength) exceeded by \(pair.name)"
            }
            if limits.labelValueLength > 0, pair.value.utf8.count > limits.labelValueLength {
                return "label_value_length_limit \(limits.labelValueLength) exceeded by \(pair.name)"
            }
        }
        return nil
    }
}
