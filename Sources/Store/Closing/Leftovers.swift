import Model

/// Takes out what only described series that are gone: names of metrics, what was said about their families, and targets.
///
/// A slice of each table is looked at in a minute, so that a transaction is short however much there is. What is in memory of
/// it goes first, under its lock: whatever comes back afterwards is written anew, behind the deletion here.
final class Leftovers {
    /// The rows that are looked at in one transaction.
    private static let slice: Int64 = 500

    private let writer: Writer
    private let registry: SeriesRegistry
    private let targets: TargetBook
    private let metadata: MetadataBook
    /// Where in each table the next slice begins.
    private var metric = Int64.min
    private var family = ""
    private var target = Int64.min

    init(writer: Writer, registry: SeriesRegistry, targets: TargetBook, metadata: MetadataBook) {
        self.writer = writer
        self.registry = registry
        self.targets = targets
        self.metadata = metadata
    }

    /// Looks at the next slice of each table. Targets must have been gone since before a time.
    func remove(targetsGoneBefore time: Int64) throws {
        metric = try removeMetrics(after: metric) ?? .min
        family = try removeFamilies(after: family) ?? ""
        target = try removeTargets(after: target, goneBefore: time) ?? .min
    }

    /// Runs `body` unless definitions wait for the disk: the series they tell of may need what looks unused in the file.
    private func inTransaction<Key: Sendable>(_ body: @escaping @Sendable (Connection) throws -> Key?) throws -> Key? {
        let writer = writer
        return try writer.performBlocking { try writer.currentCondition().trouble == nil ? body($0) : nil }
    }

    /// Returns where the next slice begins; nil when this was the last one.
    private func removeMetrics(after: Int64) throws -> Int64? {
        let registry = registry
        return try inTransaction { connection in
            var unused: [(id: Int64, name: String)] = []
            var looked: [Int64] = []
            try connection.rows(
                """
                SELECT metric_id, name, EXISTS (SELECT 1 FROM label_sets l WHERE l.metric_id = m.metric_id)
                FROM metrics m WHERE metric_id > ? ORDER BY metric_id LIMIT ?
                """, .integer(after), .integer(Self.slice)
            ) { row in
                looked.append(row.integer(0))
                if row.integer(2) == 0 { unused.append((row.integer(0), row.text(1))) }
            }
            for id in registry.giveUp(metrics: unused) {
                try connection.run("DELETE FROM metrics WHERE metric_id = ?", .integer(id))
            }
            return looked.count == Self.slice ? looked.last : nil
        }
    }

    private func removeFamilies(after: String) throws -> String? {
        let metadata = metadata
        return try inTransaction { connection in
            var unused: [String] = []
            var looked: [String] = []
            // The names that the samples of a family can have, whatever its type.
            try connection.rows(
                """
                SELECT family, EXISTS (SELECT 1 FROM metrics WHERE name IN (family, family || '_total',
                    family || '_created', family || '_bucket', family || '_count', family || '_sum', family || '_gcount',
                    family || '_gsum', family || '_info'))
                FROM metadata WHERE family > ? ORDER BY family LIMIT ?
                """, .text(after), .integer(Self.slice)
            ) { row in
                looked.append(row.text(0))
                if row.integer(1) == 0 { unused.append(row.text(0)) }
            }
            metadata.forget(unused)
            for family in unused { try connection.run("DELETE FROM metadata WHERE family = ?", .text(family)) }
            return looked.count == Self.slice ? looked.last : nil
        }
    }

    private func removeTargets(after: Int64, goneBefore time: Int64) throws -> Int64? {
        let targets = targets
        return try inTransaction { connection in
            var unused: [(id: Int64, identity: [UInt8])] = []
            var looked: [Int64] = []
            try connection.rows(
                """
                SELECT target_id, identity, state = 'gone' AND coalesce(gone_at, 0) < ?
                    AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.target_id = t.target_id)
                    AND NOT EXISTS (SELECT 1 FROM scrapes s WHERE s.target_id = t.target_id)
                FROM targets t WHERE target_id > ? ORDER BY target_id LIMIT ?
                """, .integer(time), .integer(after), .integer(Self.slice)
            ) { row in
                looked.append(row.integer(0))
                if row.integer(2) != 0 { unused.append((row.integer(0), Array(row.bytes(1)))) }
            }
            for id in targets.giveUp(unused) {
                try connection.run("DELETE FROM targets WHERE target_id = ?", .integer(id))
            }
            return looked.count == Self.slice ? looked.last : nil
        }
    }
}
