import CSQLite
import Logging
import Model

/// Rows under numbers that no vedette gives: somebody has edited the file by hand. Nobody looks at them, and in the tables
/// that are counted and closed they would be in the way for ever.
private let strangeRows: [(table: String, condition: String, limits: [Int64])] = [
    (
        "scrapes", "typeof(target_id) <> 'integer' OR typeof(ts) <> 'integer' OR ts NOT BETWEEN 0 AND ?",
        [latestTimestamp]
    ),
    (
        "loose",
        """
        typeof(series_id) <> 'integer' OR typeof(ts) <> 'integer' OR ts NOT BETWEEN 0 AND ?
            OR series_id NOT BETWEEN 0 AND ?
        """, [latestTimestamp, series(block: Store.largestBlock, slot: slotsPerBlock - 1)]
    ),
    ("head", "row_id < ?", [0]),
    ("windows", "window_id NOT BETWEEN 0 AND ?", [largestWindow]),
    ("chunks", "chunk_id < 0 OR chunk_id >= ?", [firstChunk(window: largestWindow + 1, block: 0)]),
]

/// Takes such rows out, and says how many there were.
func removeStrangeRows(_ connection: Connection, path: String, logger: Logger) throws {
    for (table, condition, limits) in strangeRows {
        let count = try connection.transaction {
            let delete = try connection.statement("DELETE FROM \(table) WHERE \(condition)")
            try delete.bind(limits.map { .integer($0) })
            defer { delete.reset() }
            _ = try delete.step()
            return sqlite3_changes(connection.handle)
        }
        if count > 0 {
            logger.warn(
                "rows with numbers that vedette does not give were taken out of the store: it was edited by hand",
                ["file": path, "table": table, "rows": String(count)])
        }
    }
}
