import Model

/// A sample as the checks look at it.
struct CheckedSample {
    let name: String
    /// The labels without the metric's name.
    let labels: Labels
    let value: Double
    /// In the units of the text; compared only.
    let timestamp: Double?
    let hasExemplar: Bool
    /// The characters in the exemplar's label names and values.
    let exemplarLength: Int
    let place: Place

    init(_ event: ExpositionEvent, _ body: PaddedBytes, place: Place) throws(UserError) {
        let series = try readSeries(body[event.text])
        name = series.metric
        labels = series.withoutMetric
        value = readNumber(body[event.value])?.double ?? .nan
        timestamp = event.timestampToken.isEmpty ? nil : readNumber(body[event.timestampToken])?.double
        hasExemplar = event.hasExemplar
        exemplarLength = event.hasExemplar ? try readExemplar(body[event.exemplar]).characters : 0
        self.place = place
    }

    /// The value of a label that must be a number; nil when there is none or it is not.
    func number(_ label: String) -> Double? {
        guard let text = labels[label] else { return nil }
        return Array(text.utf8).withUnsafeBytes { readNumber($0)?.double }
    }
}

extension Exemplar {
    /// The characters of all names and values, which OpenMetrics limits to 128.
    var characters: Int {
        labels.pairs.reduce(0) { $0 + $1.name.unicodeScalars.count + $1.value.unicodeScalars.count }
    }
}
