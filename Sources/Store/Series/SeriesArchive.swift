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
            WHERE m.name = ? AND l.hash = ?
            """, .text(wanted.metric), .integer(Int64(bitPattern: SeriesTable.hash(wanted)))
        ) { row in
            if storedLabels(metric: wanted.metric, json: row.text(1)) == wanted {
                found = (row.integer(0), row.integer(2))
            }
        }
        return found
    }
}
