import Model

/// What the registry knows, behind its lock.
struct RegistryState: ~Copyable {
    struct Block {
        var target: Int64
        var used: Int
    }

    var table = SeriesTable()
    /// Changes whenever the table is made anew.
    var generation = 0
    /// The table has all series with samples since this time.
    var coveredSince = Int64.min
    var metrics: [UInt32: Int64] = [:]
    var nextMetric: Int64 = 1
    var blocks: [BlockID: Block] = [:]
    var fillingBlock: [Int64: BlockID] = [:]
    var nextBlock: BlockID = 1
    /// Targets that have appenders: their blocks stay theirs.
    var busyTargets: [Int64: Int] = [:]
    /// Reads series that are in the file and not in the table; nil while the table has them all.
    var archive: SeriesArchive?
}

extension RegistryState {
    mutating func home(
        of series: Int64, for target: Int64, _ heads: HeadBook, _ definitions: inout [Definition]
    ) -> SeriesRegistry.Home {
        let block = blockNumber(of: series)
        guard let owner = blocks[block]?.target, owner != target else { return .own(series) }
        if busyTargets[owner] != nil || heads.count(of: owner) > 0 { return .foreign(series) }
        // The former owner is gone and has nothing left in the head: its series live on here.
        blocks[block]?.target = target
        definitions.append(.blockMoved(id: block, target: target))
        return .own(series)
    }

    mutating func newSeries(
        for target: Int64, now: Int64, _ definitions: inout [Definition]
    ) throws -> Int64 {
        if let block = fillingBlock[target], let room = blocks[block], room.target == target, room.used < slotsPerBlock
        {
            blocks[block]?.used += 1
            return series(block: block, slot: room.used)
        }
        guard nextBlock <= largestBlock else {
            throw UserError("cannot add a series: all \(largestBlock) blocks of the store have been used")
        }
        let block = nextBlock
        nextBlock += 1
        blocks[block] = Block(target: target, used: 1)
        fillingBlock[target] = block
        definitions.append(.block(id: block, target: target, window: window(of: now)))
        return series(block: block, slot: 0)
    }

    mutating func metric(_ name: String, _ definitions: inout [Definition]) -> Int64 {
        let symbol = table.symbols.intern(name)
        if let known = metrics[symbol] { return known }
        let id = nextMetric
        nextMetric += 1
        metrics[symbol] = id
        definitions.append(.metric(id: id, name: name))
        return id
    }
}
