import Model

extension SampleReceiver {
    /// Where the samples of a request are put. It remembers every series that came lately, so that names and labels are read
    /// once, and not with every request.
    public struct Intake {
        /// A series, for the request at hand.
        public struct Series {
            fileprivate let series: Int64
            /// nil when its samples go by themselves.
            fileprivate let sender: Int?
        }

        private struct Known {
            var series: Int64
            /// Its sender; -1 when the series lives in a block of somebody else.
            var sender: Int32
            /// The last round in which it came.
            var round: UInt32
        }

        /// How far in the future a sample may lie, as with scrapes.
        private static let futureMilliseconds: Int64 = 600_000
        /// For how long a series is remembered that does not come: 20 to 30 minutes.
        private static let roundMilliseconds: Int64 = 600_000
        private static let roundsRemembered: UInt32 = 2

        private let store: Store
        private var known: [SeriesPrint: Known] = [:]
        /// By their numbers here; nil where a number is free.
        private var senders: [Sender?] = []
        private var freeNumbers: [Int] = []
        private var senderNumbers: [Labels: Int] = [:]
        /// What keeps the numbers of the series valid: one for each of their blocks.
        private var pins: [BlockID: BlockPin] = [:]
        private var round: UInt32 = 0
        private var roundBegan: Int64

        // Of the request at hand.
        private var batch = WriteBatch()
        private var samples = ReceivedSamples()
        private var receipt = Receipt()
        private var now: Int64 = 0

        init(_ store: Store) {
            self.store = store
            roundBegan = store.clock.steady()
        }

        var seriesCount: Int { known.count }

        /// The series of a text that says which one it is; `labels` is asked when the text is not known.
        public mutating func series(
            _ text: UnsafeRawBufferPointer, labels: () throws -> Labels
        ) throws -> Series {
            let print = SeriesPrint(text)
            if let place = known.index(forKey: print) {
                known.values[place].round = round
                let found = known.values[place]
                return Series(series: found.series, sender: found.sender < 0 ? nil : Int(found.sender))
            }
            let labels = try labels()
            let number = sender(of: Sender.key(labels))
            guard let target = senders[number]?.target else {
                throw UserError("cannot store a series without a sender")
            }
            let home = try store.registry.resolveForKeeps(labels, for: target, now: now, &batch.definitions)
            pins[blockNumber(of: home.series)] = home.pin
            known[print] = Known(series: home.series, sender: home.isForeign ? -1 : Int32(number), round: round)
            senders[number]?.series += 1
            return Series(series: home.series, sender: home.isForeign ? nil : number)
        }

        /// Whether a sample's time is one that is stored; it is counted if not.
        public mutating func accepts(_ sample: Sample) -> Bool {
            guard sample.timestamp >= 0, sample.timestamp <= latestTimestamp else {
                receipt.outOfRange += 1
                return false
            }
            if sample.timestamp > now + Self.futureMilliseconds {
                receipt.future += 1
                return false
            }
            return true
        }

        /// Adds a sample that has been accepted.
        public mutating func add(_ sample: Sample, to series: Series) {
            var sender = series.sender
            if let number = sender, senders[number]?.note(sample.timestamp) != .together { sender = nil }
            samples.add(sample, series: series.series, sender: sender)
        }

        /// Adds what is said about families of metrics.
        public mutating func add(_ families: some Sequence<FamilyMetadata>) {
            batch.add(store.metadata.news(among: families))
        }

        private mutating func sender(of key: Labels) -> Int {
            if let known = senderNumbers[key] { return known }
            let sender = Sender(target: store.beginReceiving(Sender.description(key), in: batch))
            let number = freeNumbers.popLast() ?? senders.count
            if number < senders.count { senders[number] = sender } else { senders.append(sender) }
            senderNumbers[key] = number
            return number
        }
    }
}

// From request to request.
extension SampleReceiver.Intake {
    mutating func begin() { now = store.clock.now() }

    /// Hands the request to the writer.
    mutating func send(_ settlement: Settlement) -> SampleReceiver.Receipt {
        receipt.samples = samples.count
        let repeated = samples.write(to: batch) { senders[$0]?.target }
        store.writer.instruments.duplicates.increment(by: repeated)
        defer { clear() }
        if batch.isEmpty {
            settlement.settle(.success(()))
        } else {
            batch.settlement = settlement
            store.write(batch)
        }
        return receipt
    }

    /// Drops the samples of a request. What it made known is written all the same: others rely on it.
    mutating func giveUp() {
        if !batch.definitions.isEmpty || !batch.metadata.isEmpty { store.write(batch) }
        clear()
    }

    private mutating func clear() {
        batch = WriteBatch()
        samples.clear()
        receipt = SampleReceiver.Receipt()
    }

    /// Forgets series that have not come for long, and those that live with somebody else: it may be gone, and then they can
    /// live here.
    mutating func forgetIdle() {
        let time = store.clock.steady()
        guard time - roundBegan >= Self.roundMilliseconds else { return }
        roundBegan = time
        round += 1
        let oldest = round - min(round, Self.roundsRemembered)
        known = known.filter { $0.value.sender >= 0 && $0.value.round >= oldest }
        var blocks: Set<BlockID> = []
        for number in senders.indices { senders[number]?.series = 0 }
        for series in known.values {
            blocks.insert(blockNumber(of: series.series))
            senders[Int(series.sender)]?.series += 1
        }
        pins = pins.filter { blocks.contains($0.key) }
        for (key, number) in senderNumbers {
            guard let sender = senders[number], sender.series == 0 else { continue }
            store.endReceiving(sender.target, in: batch)
            senders[number] = nil
            freeNumbers.append(number)
            senderNumbers[key] = nil
        }
        giveUp()
    }
}
