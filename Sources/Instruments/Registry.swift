import Synchronization

/// A family of the appliance's own metrics as it stood when it was asked.
public struct FamilySnapshot: Sendable {
    /// The name in the text format (a counter's with its `_total`).
    public var name: String
    /// What kind of metric it is.
    public var type: InstrumentType
    /// What it means, in one sentence.
    public var help: String
    /// The base unit that the name ends in, or nil.
    public var unit: String?
    /// The values.
    public var samples: [InstrumentSample]
}

/// The appliance's own metrics. It is made in the wiring and handed down; every room registers what it counts, once.
///
/// A wrong or repeated name is a mistake in the program and stops it: names never come from outside.
public final class Registry: Sendable {
    private struct Family {
        let name: String
        let type: InstrumentType
        let help: String
        let unit: String?
        var members: [(labels: InstrumentLabels, instrument: any Instrument)]
    }

    private let families = Mutex<[Family]>([])

    /// A registry without metrics.
    public init() {}

    /// Registers an instrument under a name. Several may share a name when type, help and unit are the same and the
    /// constant labels differ: they are shown as one family, at the place of the first.
    func register(
        _ instrument: some Instrument, _ name: String, _ help: String, unit: String?, labels: InstrumentLabels
    ) {
        checkNames(name, type(of: instrument).type, unit: unit, labels: labels.map(\.name))
        precondition(!help.isEmpty, "the metric \(name) has no help text")
        let family = Family(
            name: name, type: type(of: instrument).type, help: help, unit: unit, members: [(labels, instrument)])
        families.withLock { families in
            guard let at = families.firstIndex(where: { $0.name == name }) else {
                families.append(family)
                return
            }
            let present = families[at]
            precondition(
                present.type == family.type && present.help == help && present.unit == unit
                    && !present.members.contains { $0.labels.elementsEqual(labels, by: ==) },
                "the metric \(name) is registered twice")
            families[at].members.append((labels, instrument))
        }
    }

    /// Everything as it stands now, in the order of registration. Families of which nothing has been counted yet are
    /// there without samples.
    public func snapshots() -> [FamilySnapshot] {
        // Outside the lock: what is read when asked may itself take its time, or its own locks.
        families.withLock { $0 }.map { family in
            var samples: [InstrumentSample] = []
            for (labels, instrument) in family.members {
                instrument.appendSamples(family.name, labels, to: &samples)
            }
            return FamilySnapshot(
                name: family.name, type: family.type, help: family.help, unit: family.unit, samples: samples)
        }
    }
}
