import Exposition
import Model

/// Collects the lines of a federated exposition. Each is rendered once, when its series is read, into one buffer; the families
/// are put in order afterwards by sorting where the lines stand, so that memory is the text and a few words a line.
struct Federation {
    private let externalLabels: [Label]
    private var writer: ExpositionWriter
    private var lines: [FederatedText.Line] = []
    private var seen: Set<Int64> = []
    /// The families by their metrics, and by the line that declares them: two names that a client can only read with
    /// underscores may become one.
    private var families: [String: Int] = [:]
    private var declarations: [[UInt8]: Int] = [:]

    /// A federation that adds these labels to every series that does not have them. Like Prometheus it also says
    /// `instance=""` where there is none, so that who scrapes this does not put in the address of this server.
    init(externalLabels: Labels, names: ExpositionNames = .quoted) {
        writer = ExpositionWriter(format: .text, names: names)
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

    private mutating func add(_ labels: Labels, _ sample: Sample) {
        let metric = labels.metric
        // A series without a name has no family to stand in.
        guard !metric.isEmpty else { return }
        var pairs = labels.withoutMetric.pairs
        for pair in externalLabels where labels[pair.name] == nil { pairs.append(pair) }
        let start = writer.bytes.count
        writer.sample(metric, pairs, sample.value, timestamp: sample.timestamp)
        lines.append(FederatedText.Line(family: family(of: metric), text: start..<writer.bytes.count))
    }

    private mutating func family(of metric: String) -> Int {
        if let known = families[metric] { return known }
        var declaration = ExpositionWriter(format: .text, names: writer.names)
        declaration.family(metric, .unknown, help: "")
        let number = declarations[declaration.bytes] ?? declarations.count
        declarations[declaration.bytes] = number
        families[metric] = number
        return number
    }

    /// What has been collected, ready to be sent.
    var text: FederatedText {
        FederatedText(
            bytes: writer.bytes, declarations: declarations.sorted { $0.value < $1.value }.map(\.key), lines: lines)
    }
}

/// The lines of a federated exposition and the families they stand in.
struct FederatedText: Sendable {
    struct Line {
        var family: Int
        var text: Range<Int>
    }

    let bytes: [UInt8]
    let declarations: [[UInt8]]
    let lines: [Line]

    /// Sends everything: the families in the order of their names, within one the lines in the order of their text.
    func write(to writer: BodyWriter) async throws {
        var chunk: [UInt8] = []
        var current: Int?
        for line in sorted() {
            if current != line.family {
                current = line.family
                chunk.append(contentsOf: declarations[line.family])
            }
            chunk.append(contentsOf: bytes[line.text])
            if chunk.count >= 64 * 1024 {
                try await writer.write(chunk)
                chunk.removeAll(keepingCapacity: true)
            }
        }
        try await writer.write(chunk)
    }

    private func sorted() -> [Line] {
        var rank = [Int](repeating: 0, count: declarations.count)
        let order = declarations.indices.sorted { declarations[$0].lexicographicallyPrecedes(declarations[$1]) }
        for (place, family) in order.enumerated() { rank[family] = place }
        return lines.sorted { a, b in
            a.family == b.family
                ? bytes[a.text].lexicographicallyPrecedes(bytes[b.text]) : rank[a.family] < rank[b.family]
        }
    }
}
