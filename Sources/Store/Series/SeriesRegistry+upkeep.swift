import Model

// What keeps the registry small: series that are not written any more leave memory, and retention may have their numbers.
extension SeriesRegistry {
    /// Says which series an appender writes from now on. They stay in memory, and the blocks in the file, until it says
    /// otherwise; what has left memory meanwhile is read back.
    func arrange(_ owner: ObjectIdentifier, _ series: [BlockID: SlotSet]) {
        state.withLock { state in
            for (block, slots) in state.arrangements[owner] ?? [:] { state.markAlive(block, slots) }
            state.arrangements[owner] = series.isEmpty ? nil : series
            for (block, slots) in series { state.restore(block, slots) }
        }
    }

    /// Notes which series had samples when a part of their block was closed.
    func noteAlive(_ block: BlockID, _ slots: SlotSet) {
        state.withLock { $0.restore(block, slots) }
    }

    /// Takes series out of memory that have not been written for two windows at least. To be called once a window.
    /// The file still has them: queries that reach back look there, and a series that comes back is found there.
    func sweep(now: Int64, path: String) throws {
        try state.withLock { state in
            let idle = state.idleSeries()
            defer { state.ageBlocks() }
            // Making the table anew costs time: not for a handful.
            guard idle.count > 64, idle.count * 16 > state.table.count else { return }
            if state.archive == nil { state.archive = try SeriesArchive(path: path) }
            state.coveredSince = max(state.coveredSince, (window(of: now) - 2) * windowMilliseconds)
            state.removeSeries(idle)
            // It may lack them. While the lock is held: whoever does not find them here finds them there.
            past?.forget()
        }
    }

    /// Gives up the numbers of those blocks that nothing in memory relies on; returns which.
    func giveUp(_ candidates: [BlockID]) -> [BlockID] {
        state.withLock { state in
            candidates.filter { id in
                // The block itself must not be copied here: the copy would hold its pin.
                guard let present = state.blocks[id]?.present else { return true }
                guard present.isEmpty, !state.isPinned(id) else { return false }
                state.dropBlock(id)
                return true
            }
        }
    }

    /// Gives up the numbers of those metrics that no series in memory has; returns which.
    func giveUp(metrics candidates: [(id: Int64, name: String)]) -> [Int64] {
        state.withLock { state in
            // Without the archive nobody would find a metric whose row could not be taken out after all.
            if state.archive == nil { return [] }
            var given: [Int64] = []
            for metric in candidates where state.table.seriesCount(of: Labels.metricName, metric.name) == 0 {
                if let symbol = state.table.symbols.find(metric.name) { state.metrics[symbol] = nil }
                given.append(metric.id)
            }
            return given
        }
    }

    /// Of blocks that were given up, the ones of which no series has come back since.
    func stillGivenUp(_ blocks: [BlockID]) -> [BlockID] {
        state.withLock { state in blocks.filter { state.blocks[$0] == nil } }
    }
}

extension RegistryState {
    /// Marks series as written, and brings them back into the table where they are not.
    fileprivate mutating func restore(_ block: BlockID, _ slots: SlotSet) {
        guard let known = blocks[block] else { return }
        markAlive(block, slots)
        let missing = slots.subtracting(known.present)
        if missing.isEmpty { return }
        for slot in missing.slots {
            let id = series(block: block, slot: slot)
            // When the file cannot be read just now, the next closing of the block tries again.
            guard case .success(let labels?) = Result(catching: { try archive?.labels(of: id) }) else { continue }
            if table.find(labels) == nil { addSeries(labels, id: id) }
        }
    }

    /// The series in the table that nobody writes, and nobody wrote lately.
    fileprivate func idleSeries() -> Set<Int64> {
        var arranged: [BlockID: SlotSet] = [:]
        for arrangement in arrangements.values {
            for (block, slots) in arrangement { arranged[block, default: SlotSet()].formUnion(slots) }
        }
        var idle: Set<Int64> = []
        for (id, block) in blocks {
            var kept = block.alive.union(block.aliveBefore).union(block.aliveLongBefore)
            if let arranged = arranged[id] { kept.formUnion(arranged) }
            for slot in block.present.subtracting(kept).slots { idle.insert(series(block: id, slot: slot)) }
        }
        return idle
    }

    fileprivate mutating func ageBlocks() {
        for id in blocks.keys {
            updateBlock(id) { block in
                block.aliveLongBefore = block.aliveBefore
                block.aliveBefore = block.alive
                block.alive = SlotSet()
            }
        }
    }

    fileprivate mutating func removeSeries(_ idle: Set<Int64>) {
        generation += 1
        let old = table
        table = old.keeping { !idle.contains($0) }
        var kept: [UInt32: Int64] = [:]
        for (symbol, id) in metrics {
            // A metric without series is found in the file when it comes back.
            if let found = old.symbols.withBytes(symbol, { table.symbols.find($0) }) { kept[found] = id }
        }
        metrics = kept
        var gone: [BlockID: SlotSet] = [:]
        for id in idle { gone[blockNumber(of: id), default: SlotSet()].insert(slot(of: id)) }
        for (id, slots) in gone { updateBlock(id) { $0.present = $0.present.subtracting(slots) } }
    }
}
