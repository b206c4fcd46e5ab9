import Synchronization

/// Counters that differ in the values of their labels.
public typealias CounterFamily = LabelledFamily<Counter>
/// Gauges that differ in the values of their labels.
public typealias GaugeFamily = LabelledFamily<Gauge>
/// Histograms that differ in the values of their labels.
public typealias HistogramFamily = LabelledFamily<Histogram>

/// Instruments of one name that differ in the values of their labels; each is made when it is first asked for, and kept.
///
/// Looking a child up takes a lock and builds a key (some 100 ns): who counts often keeps the child.
public final class LabelledFamily<Child: Instrument>: Sendable {
    private struct Children {
        /// Where the child of these values stands. The key is the values' bytes, because Swift's own equality of
        /// strings takes different bytes for the same text.
        var places: [[UInt8]: Int] = [:]
        /// In the order in which they were made, which is the order in which they are shown.
        var inOrder: [(values: [String], child: Child)] = []
    }

    /// The names of the labels.
    public let labelNames: [String]
    private let children = Mutex(Children())
    private let make: @Sendable () -> Child

    /// A family without children. One that is to be seen is made by a `Registry`; one by itself serves in tests.
    public init(labels labelNames: [String], make: @escaping @Sendable () -> Child) {
        self.labelNames = labelNames
        self.make = make
    }

    /// The child with these values of the labels, in the order of the labels' names.
    public func with(_ values: String...) -> Child {
        precondition(values.count == labelNames.count, "a child has a value for each of its family's labels")
        var key: [UInt8] = []
        for value in values {
            key.append(contentsOf: value.utf8)
            // No byte of UTF-8 is 0xff: ("a", "bc") and ("ab", "c") stay apart.
            key.append(0xff)
        }
        return children.withLock { children in
            if let place = children.places[key] { return children.inOrder[place].child }
            let child = make()
            children.places[key] = children.inOrder.count
            children.inOrder.append((values, child))
            return child
        }
    }
}

extension LabelledFamily: Instrument {
    /// The children's.
    public static var type: InstrumentType { Child.type }

    /// The samples of all children.
    public func appendSamples(_ name: String, _ labels: InstrumentLabels, to samples: inout [InstrumentSample]) {
        for (values, child) in children.withLock({ $0.inOrder }) {
            let pairs = zip(labelNames, values).map { (name: $0, value: $1) }
            child.appendSamples(name, labels + pairs, to: &samples)
        }
    }
}
