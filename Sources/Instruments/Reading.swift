/// What is not counted here but read from elsewhere when somebody asks: the size of a file, the length of a queue.
struct CounterReading: Instrument {
    static var type: InstrumentType { .counter }
    let labelNames: [String]
    let read: @Sendable () -> [(values: [String], value: Double)]

    func appendSamples(_ name: String, _ labels: InstrumentLabels, to samples: inout [InstrumentSample]) {
        appendReadings(read(), labelNames, name, labels, to: &samples)
    }
}

/// The same for what goes up and down.
struct GaugeReading: Instrument {
    static var type: InstrumentType { .gauge }
    let labelNames: [String]
    let read: @Sendable () -> [(values: [String], value: Double)]

    func appendSamples(_ name: String, _ labels: InstrumentLabels, to samples: inout [InstrumentSample]) {
        appendReadings(read(), labelNames, name, labels, to: &samples)
    }
}

private func appendReadings(
    _ readings: [(values: [String], value: Double)], _ labelNames: [String], _ name: String, _ labels: InstrumentLabels,
    to samples: inout [InstrumentSample]
) {
    for (values, value) in readings {
        precondition(values.count == labelNames.count, "a reading has a value for each of its labels")
        let pairs = zip(labelNames, values).map { (name: $0, value: $1) }
        samples.append(InstrumentSample(name: name, labels: labels + pairs, value: value))
    }
}
