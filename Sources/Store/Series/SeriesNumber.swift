// How numbers are put together (the same arithmetic stands in the views of migrations/0001_initial.sql).

/// 128 series of one target, written together.
typealias BlockID = Int64

/// The number of series in a block.
let slotsPerBlock = 128

/// The block that holds a series.
func blockNumber(of series: Int64) -> BlockID { series >> 7 }

/// The place of a series in its block.
func slot(of series: Int64) -> Int { Int(series & 127) }

/// The series at a place in a block.
func series(block: BlockID, slot: Int) -> Int64 { block << 7 | Int64(slot) }

/// Metrics and targets are counted up from the largest number below this one: nobody counts so far, but a shell can write
/// any number.
let largestNumber: Int64 = 1 << 62

/// Block numbers fit into what a head row's number leaves beside a time in milliseconds.
extension Store {
    static let largestBlock: BlockID = 1 << 22 - 1
}

/// The number of a head row: rows lie in the order of time.
func headRow(_ timestamp: Int64, _ block: BlockID) -> Int64 { timestamp << 22 | block }

/// The latest time that a head row's number can hold: in the year 2039, as SQLite's integers have 63 bits. Times from
/// outside are checked against it.
let latestTimestamp: Int64 = 1 << 41 - 1

/// The length of a window.
let windowMilliseconds: Int64 = 7_200_000

/// The window in which a time lies.
func window(of timestamp: Int64) -> Int64 { timestamp / windowMilliseconds }

/// The window in which the latest time lies. Windows from outside are checked against it.
let largestWindow = window(of: latestTimestamp)

/// The number of the first part of a block in a window; there are 256.
func firstChunk(window: Int64, block: BlockID) -> Int64 { window << 42 | block << 8 }

/// The number of parts that a block can have in a window.
let partsPerWindow: Int64 = 256
