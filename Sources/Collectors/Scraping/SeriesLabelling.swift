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
        case overLimit(LeftOut, String)
    }

    let target: Labels
    let config: ScrapeConfig

    /// Reads a series text and gives it its final labels.
    func label(_ text: UnsafeRawBufferPointer) throws(UserError) -> Verdict {
        var empty: [String] = []
        let scraped = try readSeries(text, emptyLabels: &empty)
        var labels = config.honorLabels ? honoring(scraped, empty) : withTargetLabels(scraped)
        if !config.metricRelabelRules.isEmpty {
            guard let relabelled = apply(config.metricRelabelRules, to: labels) else { return .dropped }
            if relabelled.pairs.isEmpty { return .dropped }
            labels = relabelled
        }
        guard !labels.metric.isEmpty else {
            throw UserError("cannot store a series: relabelling took the name of \(shortened(text)) away")
        }
        if let (limit, sentence) = limitExceeded(labels) { return .overLimit(limit, sentence) }
        return .kept(labels)
    }

    /// What the target says stands, an empty value too: that is how a gateway says that a label is none of its own.
    private func honoring(_ scraped: Labels, _ empty: [String]) -> Labels {
        var labels = scraped
        for pair in target.pairs where scraped[pair.name] == nil {
            if !empty.contains(where: { sameBytes($0, pair.name) }) { labels.set(pair.name, pair.value) }
        }
        return labels
    }

    /// Of a label that both have, discovery's keeps its name, and the target's becomes `exported_…`; the shortest first.
    private func withTargetLabels(_ scraped: Labels) -> Labels {
        var labels = scraped
        var conflicts: [Label] = []
        for pair in target.pairs {
            if let theirs = scraped[pair.name] { conflicts.append(Label(pair.name, theirs)) }
            labels.set(pair.name, pair.value)
        }
        let shortestFirst = conflicts.enumerated().sorted { a, b in
            let (left, right) = (a.element.name.utf8.count, b.element.name.utf8.count)
            return left == right ? a.offset < b.offset : left < right
        }
        for (_, conflict) in shortestFirst {
            var name = "exported_\(conflict.name)"
            while labels[name] != nil { name = "exported_\(name)" }
            labels.set(name, conflict.value)
        }
        return labels
    }

    private func limitExceeded(_ labels: Labels) -> (LeftOut, String)? {
        let limits = config.limits
        if limits.labels > 0, labels.pairs.count > limits.labels {
            return (.labelLimit, "label_limit \(limits.labels) exceeded: \(labels.pairs.count) labels")
        }
        for pair in labels.pairs {
            if limits.labelNameLength > 0, pair.name.utf8.count > limits.labelNameLength {
                return (
                    .labelNameLengthLimit, "label_name_length_limit \(limits.labelNameLength) exceeded by \(pair.name)"
                )
            }
            if limits.labelValueLength > 0, pair.value.utf8.count > limits.labelValueLength {
                return (
                    .labelValueLengthLimit,
                    "label_value_length_limit \(limits.labelValueLength) exceeded by \(pair.name)"
                )
            }
        }
        return nil
    }
}
