import Model

/// The lines of a federated exposition. Each is rendered once, when its series is read, into one buffer; the families are
/// then put in order by sorting where the lines stand, so that memory is the text and a few words a line.
struct Federation: Sendable {
    private struct Line {
        var metric: Range<Int>
        var text: Range<Int>
    }

    private let externalLabels: [Label]
    private var bytes: [UInt8] = []
    private var lines: [Line] = []
    private var seen: Set<Int64> = []

    /// A federation that adds these labels to every series that does not have them. Like Prometheus it also says
    /// `instance=""` where there is none, so that who scrapes this does not put in the address of this server.
    init(externalLabels: Labels) {
        var pairs = externalLabels.pairs
        if externalLabels["instance"] == nil { pairs.append(Label("instance", "")) }
        self.externalLabels = pairs.sorted { bytesPrecede($0.name, $1.name) }
    }

    /// Adds the latest sample of every series of a cursor, and closes it. A series that was added before is left out, and so
    /// is one that has ended.
    mutating func add(_ cursor: any SeriesCursor) throws {
        defer { cursor.close() }
        while try cursor.next() {
            try Task.checkCancellation()
            guard seen.insert(cursor.seriesID).inserted else { continue }
            let latest = try cursor.withSamples { times, values -> Sample? in
                guard let time = times.last, let value = values.last, !isStale(value) else { return nil }
                return Sample(time, value)
            }
            if let latest { add(try cursor.labels, latest) }
        }
    }

    /// Sends everything, family by family in the order of their names.
    func write(to writer: BodyWriter) async throws {
        var chunk: [UInt8] = []
        var family: Range<Int> = 0..<0
        for line in sortedLines() {
            if family.isEmpty || !bytes[family].elementsEqual(bytes[line.metric]) {
                family = line.metric
                chunk.append(contentsOf: "# TYPE ".utf8)
                chunk.append(contentsOf: bytes[family])
                chunk.append(contentsOf: " untyped\n".utf8)
            }
            chunk.append(contentsOf: bytes[line.text])
            if chunk.count >= 64 * 1024 {
                try await writer.write(chunk)
                chunk.removeAll(keepingCapacity: true)
            }
        }
        try await writer.write(chunk)
    }

    /// By metric; within one, in the order of the text, which is that of the labels.
    private func sortedLines() -> [Line] {
        lines.sorted { a, b in
            let (x, y) = (bytes[a.metric], bytes[b.metric])
            return x.elementsEqual(y)
                ? bytes[a.text].lexicographicallyPrecedes(bytes[b.text]) : x.lexicographicallyPrecedes(y)
        }
    }

    private mutating func add(_ labels: Labels, _ sample: Sample) {
        let metric = labels.metric
        // A series without a name has no family to stand in.
        guard !metric.isEmpty else { return }
        let plain = isLegacyMetricName(metric)
        let name = plain ? metric : quoted(metric)
        // A name that needs quotes stands within the braces, like the labels.
        var parts = plain ? [] : [name]
        for pair in labels.pairs where !sameBytes(pair.name, Labels.metricName) { parts.append(written(pair)) }
        for pair in externalLabels where labels[pair.name] == nil { parts.append(written(pair)) }
        let start = bytes.count
        let nameStart = plain ? start : start + 1
        if plain { bytes.append(contentsOf: name.utf8) }
        bytes.append(contentsOf: "{\(parts.joined(separator: ","))}".utf8)
        bytes.append(contentsOf: " \(formatExpositionValue(sample.value)) \(sample.timestamp)\n".utf8)
        lines.append(Line(metric: nameStart..<nameStart + name.utf8.count, text: start..<bytes.count))
    }

    private func written(_ pair: Label) -> String {
        "\(isLegacyLabelName(pair.name) ? pair.name : quoted(pair.name))=\(quoted(pair.value))"
    }
}
