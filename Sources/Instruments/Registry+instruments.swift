extension Registry {
    /// A counter; its name ends in `_total`.
    public func counter(
        _ name: String, _ help: String, unit: String? = nil, labels: InstrumentLabels = []
    ) -> Counter {
        let counter = Counter()
        register(counter, name, help, unit: unit, labels: labels)
        return counter
    }

    /// A gauge.
    public func gauge(
        _ name: String, _ help: String, unit: String? = nil, labels: InstrumentLabels = []
    ) -> Gauge {
        let gauge = Gauge()
        register(gauge, name, help, unit: unit, labels: labels)
        return gauge
    }

    /// A histogram of durations; its name ends in `_seconds`.
    public func histogram(
        _ name: String, _ help: String, buckets: [Double] = Histogram.defaultBuckets, labels: InstrumentLabels = []
    ) -> Histogram {
        let histogram = Histogram(buckets: buckets)
        register(histogram, name, help, unit: "seconds", labels: labels)
        return histogram
    }

    /// Counters that differ in the values of these labels.
    public func counters(_ name: String, _ help: String, unit: String? = nil, by labels: [String]) -> CounterFamily {
        checkNames(name, .counter, unit: unit, labels: labels)
        let family = CounterFamily(labels: labels) { Counter() }
        register(family, name, help, unit: unit, labels: [])
        return family
    }

    /// Gauges that differ in the values of these labels.
    public func gauges(_ name: String, _ help: String, unit: String? = nil, by labels: [String]) -> GaugeFamily {
        checkNames(name, .gauge, unit: unit, labels: labels)
        let family = GaugeFamily(labels: labels) { Gauge() }
        register(family, name, help, unit: unit, labels: [])
        return family
    }

    /// Histograms of durations that differ in the values of these labels.
    public func histograms(
        _ name: String, _ help: String, buckets: [Double] = Histogram.defaultBuckets, by labels: [String]
    ) -> HistogramFamily {
        checkNames(name, .histogram, unit: "seconds", labels: labels)
        let family = HistogramFamily(labels: labels) { Histogram(buckets: buckets) }
        register(family, name, help, unit: "seconds", labels: [])
        return family
    }

    /// A counter whose total is kept elsewhere and read when somebody asks.
    public func counter(
        _ name: String, _ help: String, unit: String? = nil, labels: InstrumentLabels = [],
        read: @escaping @Sendable () -> Double
    ) {
        register(CounterReading(labelNames: []) { [([], read())] }, name, help, unit: unit, labels: labels)
    }

    /// A gauge that is read when somebody asks.
    public func gauge(
        _ name: String, _ help: String, unit: String? = nil, labels: InstrumentLabels = [],
        read: @escaping @Sendable () -> Double
    ) {
        register(GaugeReading(labelNames: []) { [([], read())] }, name, help, unit: unit, labels: labels)
    }

    /// Counters kept elsewhere that differ in the values of these labels, read together when somebody asks.
    public func counters(
        _ name: String, _ help: String, unit: String? = nil, by labels: [String],
        read: @escaping @Sendable () -> [(values: [String], value: Double)]
    ) {
        checkNames(name, .counter, unit: unit, labels: labels)
        register(CounterReading(labelNames: labels, read: read), name, help, unit: unit, labels: [])
    }

    /// Gauges that differ in the values of these labels, read together when somebody asks.
    public func gauges(
        _ name: String, _ help: String, unit: String? = nil, by labels: [String],
        read: @escaping @Sendable () -> [(values: [String], value: Double)]
    ) {
        checkNames(name, .gauge, unit: unit, labels: labels)
        register(GaugeReading(labelNames: labels, read: read), name, help, unit: unit, labels: [])
    }
}
