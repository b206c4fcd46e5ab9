import Model
import Patterns

/// Finds series in the file: all that ever were, as far back as the file remembers. Used by one thread at a time.
final class SeriesArchive: @unchecked Sendable {
    // Sendable: the registry uses it only while it holds its lock.
    private let connection: Connection

    init(path: String) throws(DatabaseError) { connection = try Connection(path: path, mode: .readOnly) }

    /// The number of the series with just these labels, and the target of its block.
    func find(_ wanted: Labels) throws -> (series: Int64, target: Int64)? {
        var found: (Int64, Int64)?
        try connection.rows(
            """
            SELECT l.series_id, l.labels, b.target_id
            FROM metrics m JOIN label_sets l USING (metric_id) JOIN blocks b ON b.block_id = l.series_id >> 7
            WHERE m.name = ? AND l.hash IN (?, ?)
            """, .text(wanted.metric), .integer(SeriesTable.storedHash(wanted)),
            .integer(SeriesTable.formerStoredHash(wanted))
        ) { row in
            if storedLabels(metric: wanted.metric, json: row.text(1)) == wanted {
                found = (row.integer(0), row.integer(2))
            }
        }
        return found
    }

    /// The labels of a series; nil when the file does not have it.
    func labels(of series: Int64) throws -> Labels? {
        var found: Labels?
        try connection.rows(
            "SELECT m.name, l.labels FROM label_sets l JOIN metrics m USING (metric_id) WHERE l.series_id = ?",
            .integer(series)
        ) { row in found = storedLabels(metric: row.text(0), json: row.text(1)) }
        return found
    }

    /// The number of a metric's name.
    func metric(_ name: String) throws -> Int64? {
        try connection.integer("SELECT metric_id FROM metrics WHERE name = ?", .text(name))
    }

    /// Numbers of blocks that are not in the file, ascending from 1.
    func freeBlocks(upTo largest: BlockID, limit: Int) throws -> [BlockID] {
        var free: [BlockID] = []
        var next: BlockID = 1
        let statement = try connection.statement(
            "SELECT block_id FROM blocks WHERE block_id BETWEEN 1 AND ? ORDER BY block_id")
        try statement.bind(largest, 1)
        defer { statement.reset() }
        while free.count < limit, try statement.step() {
            let used = statement.integer(0)
            while next < used, free.count < limit {
                free.append(next)
                next += 1
            }
            next = used + 1
        }
        while next <= largest, free.count < limit {
            free.append(next)
            next += 1
        }
        return free
    }
}
