import Model
import Patterns

/// Applies relabelling rules one after the other; nil when one of them drops what the labels stand for.
public func apply(_ rules: [RelabelRule], to labels: Labels) -> Labels? {
    var labels = labels
    for rule in rules {
        guard rule.apply(to: &labels) else { return nil }
    }
    return labels
}

extension RelabelRule {
    /// Changes the labels as the rule says; false when what they stand for is dropped.
    public func apply(to labels: inout Labels) -> Bool {
        switch action {
        case .replace: replace(in: &labels)
        case .keep: return matchesEverything || regex.matches(source(of: labels))
        case .drop: return !matchesEverything && !regex.matches(source(of: labels))
        case .keepequal: return sameBytes(labels[targetLabel] ?? "", source(of: labels))
        case .dropequal: return !sameBytes(labels[targetLabel] ?? "", source(of: labels))
        case .hashmod:
            // Prometheus takes the last eight bytes of the digest, so that targets shard as they always did.
            let hash = md5(Array(source(of: labels).utf8)).suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            // The modulus was checked not to be 0.
            labels.set(targetLabel, modulus == 0 ? "0" : String(hash % modulus))
        case .lowercase: labels.set(targetLabel, simpleLowercase(source(of: labels)))
        case .uppercase: labels.set(targetLabel, simpleUppercase(source(of: labels)))
        case .labelmap: mapNames(in: &labels)
        case .labeldrop: labels = Labels(sorted: labels.pairs.filter { !regex.matches($0.name) })
        case .labelkeep: labels = Labels(sorted: labels.pairs.filter { regex.matches($0.name) })
        }
        return true
    }

    /// The values of the source labels, joined.
    private func source(of labels: Labels) -> String {
        guard let first = sourceLabels.first else { return "" }
        var value = labels[first] ?? ""
        for name in sourceLabels.dropFirst() {
            value += separator
            value += labels[name] ?? ""
        }
        return value
    }

    private func replace(in labels: inout Labels) {
        let value = source(of: labels)
        if !targetIsTemplate, replacementForm != .general {
            // An empty result takes the label away: `set` does both.
            if matchesEverything || regex.matches(value) {
                labels.set(targetLabel, replacementForm == .literal ? replacement : value)
            }
            return
        }
        guard let result = regex.expand(replacement, with: value) else { return }
        let target = targetIsTemplate ? regex.expand(targetLabel, with: value) ?? "" : targetLabel
        if isUsableName(target) { labels.set(target, result) }
    }

    private func mapNames(in labels: inout Labels) {
        for pair in labels.pairs {
            // A name that cannot be a label's is passed over.
            if let name = regex.expand(replacement, with: pair.name), isUsableName(name) {
                labels.set(name, pair.value)
            }
        }
    }
}
