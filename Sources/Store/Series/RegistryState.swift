import Model

/// Whoever holds one relies on the numbers of a block's series: the block is not given up as long.
public final class BlockPin: Sendable {}

/// What the registry knows, behind its lock.
struct RegistryState: ~Copyable {
    struct Block {
        var target: Int64
        var used: Int
        /// The slots whose series are in the table.
        var present = SlotSet()
        /// The slots that had samples since the last sweep, in the sweep before, and in the one before that.
        var alive = SlotSet()
        var aliveBefore = SlotSet()
        var aliveLongBefore = SlotSet()
        /// Held here, and by every column that was handed out.
        var pin = BlockPin()

        init(target: Int64, used: Int) {
            self.target = target
            self.used = used
        }
    }

    var table = SeriesTable()
    /// Changes whenever the table is made anew.
    var generation = 0
    /// The table has all series with samples since this time.
    var coveredSince = Int64.min
    var metrics: [UInt32: Int64] = [:]
    var nextMetric: Int64 = 1
    private(set) var blocks: [BlockID: Block] = [:]
    private var blocksByTarget: [Int64: Set<BlockID>] = [:]
    var fillingBlock: [Int64: BlockID] = [:]
    var nextBlock: BlockID = 1
    /// Numbers of blocks that retention has taken out, for when all numbers have been used.
    var freeBlocks: [BlockID] = []
    var largestBlock: BlockID = Store.largestBlock
    /// Targets that have appenders: their blocks stay theirs.
    var busyTargets: [Int64: Int] = [:]
    /// The series that each appender writes at present.
    var arrangements: [ObjectIdentifier: [BlockID: SlotSet]] = [:]
    /// Reads series that are in the file and not in the table; nil while the table has them all.
    var archive: SeriesArchive?
}

// Blocks.
extension RegistryState {
    mutating func addBlock(_ id: BlockID, _ block: Block) {
        blocks[id] = block
        blocksByTarget[block.target, default: []].insert(id)
    }

    mutating func moveBlock(_ id: BlockID, to target: Int64) {
        guard let owner = blocks[id]?.target else { return }
        blocksByTarget[owner]?.remove(id)
        if blocksByTarget[owner]?.isEmpty == true { blocksByTarget[owner] = nil }
        blocks[id]?.target = target
        blocksByTarget[target, default: []].insert(id)
    }

    mutating func dropBlock(_ id: BlockID) {
        guard let owner = blocks.removeValue(forKey: id)?.target else { return }
        blocksByTarget[owner]?.remove(id)
        if blocksByTarget[owner]?.isEmpty == true { blocksByTarget[owner] = nil }
        if fillingBlock[owner] == id { fillingBlock[owner] = nil }
    }

    func blocks(of target: Int64) -> [BlockID] { (blocksByTarget[target] ?? []).sorted() }

    mutating func updateBlock(_ id: BlockID, _ body: (inout Block) -> Void) {
        guard var block = blocks.removeValue(forKey: id) else { return }
        body(&block)
        blocks[id] = block
    }

    /// Notes that series are written.
    mutating func markAlive(_ block: BlockID, _ slots: SlotSet) { blocks[block]?.alive.formUnion(slots) }

    /// Adds a series to the table, in a block that is known.
    mutating func addSeries(_ labels: Labels, id: Int64) {
        _ = table.add(labels, id: id)
        blocks[blockNumber(of: id)]?.present.insert(slot(of: id))
        blocks[blockNumber(of: id)]?.alive.insert(slot(of: id))
    }

    /// Whether an appender or a column that was handed out relies on a block.
    mutating func isPinned(_ id: BlockID) -> Bool {
        if arrangements.values.contains(where: { $0[id] != nil }) { return true }
        // Whoever copies a column holds one already, so that a pin that is ours alone stays so while the lock is held.
        guard let place = blocks.index(forKey: id) else { return false }
        return !isKnownUniquelyReferenced(&blocks.values[place].pin)
    }
}

extension RegistryState {
    mutating func home(
        of series: Int64, for target: Int64, _ heads: HeadBook, _ definitions: inout [Definition]
    ) -> SeriesRegistry.Home {
        let id = blockNumber(of: series)
        guard let block = blocks[id] else { return .init(series: series, isForeign: true, pin: BlockPin()) }
        blocks[id]?.alive.insert(slot(of: series))
        if block.target == target { return .init(series: series, isForeign: false, pin: block.pin) }
        if busyTargets[block.target] != nil || !heads.isIdle(block.target) {
            return .init(series: series, isForeign: true, pin: block.pin)
        }
        // The former owner is gone and has nothing left in the head: its series live on here.
        moveBlock(id, to: target)
        definitions.append(.blockMoved(id: id, target: target))
        return .init(series: series, isForeign: false, pin: block.pin)
    }

    mutating func newSeries(
        for target: Int64, now: Int64, _ definitions: inout [Definition]
    ) throws -> Int64 {
        if let block = fillingBlock[target], let room = blocks[block], room.target == target, room.used < slotsPerBlock
        {
            blocks[block]?.used += 1
            return series(block: block, slot: room.used)
        }
        let block = try newBlock()
        addBlock(block, Block(target: target, used: 1))
        fillingBlock[target] = block
        definitions.append(.block(id: block, target: target, window: window(of: now)))
        return series(block: block, slot: 0)
    }

    private mutating func newBlock() throws -> BlockID {
        if nextBlock <= largestBlock {
            nextBlock += 1
            return nextBlock - 1
        }
        if freeBlocks.isEmpty, let archive {
            // Blocks that were made just now may not be in the file yet.
            freeBlocks = try archive.freeBlocks(upTo: largestBlock, limit: 10_000).filter { blocks[$0] == nil }
        }
        guard let block = freeBlocks.popLast() else {
            throw UserError("cannot add a series: all \(largestBlock) blocks of the store are in use")
        }
        return block
    }

    mutating func metric(_ name: String, _ definitions: inout [Definition]) throws -> Int64 {
        let symbol = table.symbols.intern(name)
        if let known = metrics[symbol] { return known }
        var id = nextMetric
        if let stored = try archive?.metric(name) { id = stored } else { nextMetric += 1 }
        metrics[symbol] = id
        definitions.append(.metric(id: id, name: name))
        return id
    }
}
