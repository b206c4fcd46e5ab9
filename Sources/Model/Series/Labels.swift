/// One label of a series.
public struct Label: Sendable {
    /// The label's name, `__name__` for the metric's.
    public var name: String
    /// The label's value; an empty value is the same as no label.
    public var value: String

    /// A label of this name and value.
    @inlinable
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension Label: Hashable {
    /// Equal when both name and value are the same bytes.
    @inlinable
    public static func == (a: Label, b: Label) -> Bool {
        sameBytes(a.name, b.name) && sameBytes(a.value, b.value)
    }

    /// Hashes the bytes.
    @inlinable
    public func hash(into hasher: inout Hasher) {
        hasher.combine(bytesOf: name)
        hasher.combine(bytesOf: value)
    }
}

/// The labels that identify a series: sorted by name in byte order, each name once, no empty values.
public struct Labels: Sendable, Hashable {
    /// The label that holds the metric's name.
    public static let metricName = "__name__"

    /// The pairs in order.
    public private(set) var pairs: [Label]

    /// No labels at all.
    public static let none = Labels()

    /// No labels at all.
    @inlinable
    public init() { self.init(sorted: []) }

    /// Labels from pairs in any order. Empty values are left out; of a name given twice the last one counts.
    public init(_ pairs: some Sequence<Label>) {
        var kept: [Label] = []
        // A stable sort keeps the later of two equal names behind the earlier one, so that the later one wins below.
        for pair in pairs.enumerated().sorted(by: { a, b in
            sameBytes(a.element.name, b.element.name)
                ? a.offset < b.offset : bytesPrecede(a.element.name, b.element.name)
        }) {
            if let last = kept.last, sameBytes(last.name, pair.element.name) { kept.removeLast() }
            kept.append(pair.element)
        }
        kept.removeAll { $0.value.isEmpty }
        self.pairs = kept
    }

    /// Labels from pairs that are known to be sorted, distinct and without empty values.
    public init(sorted pairs: [Label]) { self.pairs = pairs }

    /// The value of a label, or nil when the series does not have it.
    public subscript(name: String) -> String? {
        for pair in pairs where sameBytes(pair.name, name) { return pair.value }
        return nil
    }

    /// The metric's name; empty when there is none.
    public var metric: String { self[Labels.metricName] ?? "" }

    /// These labels with one set, or taken away when the value is empty.
    public func setting(_ name: String, _ value: String) -> Labels {
        var copy = self
        copy.set(name, value)
        return copy
    }

    /// Sets one label, or takes it away when the value is empty.
    public mutating func set(_ name: String, _ value: String) {
        var at = 0
        while at < pairs.count, bytesPrecede(pairs[at].name, name) { at += 1 }
        let present = at < pairs.count && sameBytes(pairs[at].name, name)
        if value.isEmpty {
            if present { pairs.remove(at: at) }
        } else if present {
            pairs[at].value = value
        } else {
            pairs.insert(Label(name, value), at: at)
        }
    }

    /// These labels without the ones named.
    public func dropping(_ names: [String]) -> Labels {
        Labels(sorted: pairs.filter { pair in !names.contains { sameBytes($0, pair.name) } })
    }

    /// Only those of these labels that are named.
    public func keeping(_ names: [String]) -> Labels {
        Labels(sorted: pairs.filter { pair in names.contains { sameBytes($0, pair.name) } })
    }

    /// These labels without the metric's name.
    public var withoutMetric: Labels { Labels(sorted: pairs.filter { !sameBytes($0.name, Labels.metricName) }) }
}

extension Labels: ExpressibleByDictionaryLiteral {
    /// `["__name__": "up", "job": "node"]`
    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements.map { Label($0.0, $0.1) })
    }
}

extension Labels: CustomStringConvertible {
    /// As Prometheus prints a series: `up{instance="a:1", job="node"}`.
    public var description: String {
        let metric = self.metric
        let metricIsLegal = isLegacyMetricName(metric)
        var parts: [String] = []
        if !metric.isEmpty && !metricIsLegal { parts.append(quoted(metric)) }
        for pair in pairs where !sameBytes(pair.name, Labels.metricName) { parts.append(Self.text(pair)) }
        let shown = metricIsLegal ? metric : ""
        return parts.isEmpty && !shown.isEmpty ? shown : "\(shown){\(parts.joined(separator: ", "))}"
    }

    /// As Prometheus prints labels in its messages: `{__name__="up", instance="a:1"}`.
    public var inBraces: String { "{\(pairs.map(Self.text).joined(separator: ", "))}" }

    private static func text(_ pair: Label) -> String {
        "\(isLegacyLabelName(pair.name) ? pair.name : quoted(pair.name))=\(quoted(pair.value))"
    }
}

extension Labels: Comparable {
    /// The order of Prometheus's `labels.Compare`: pair by pair, name before value, fewer labels first.
    public static func < (a: Labels, b: Labels) -> Bool {
        for (x, y) in zip(a.pairs, b.pairs) {
            if !sameBytes(x.name, y.name) { return bytesPrecede(x.name, y.name) }
            if !sameBytes(x.value, y.value) { return bytesPrecede(x.value, y.value) }
        }
        return a.pairs.count < b.pairs.count
    }
}
