import Model

// What targets have said about families of metrics.
extension Store {
    /// What is known about all families, or about one, in byte order of their names.
    public func metadata(of family: String? = nil) throws -> [FamilyMetadata] {
        try readers.read { try $0.metadata(of: family) }
    }

    /// The families that each target which is scraped now has series of, or only one of them.
    public func metadataByTarget(of family: String? = nil) throws -> [(
        target: TargetStatus, families: [FamilyMetadata]
    )] {
        let targets = try targetStatuses().filter { $0.state == .active }
        return try readers.read { connection in
            let families = try connection.metadata(of: family)
            let owners = try connection.targets(ofSeriesIn: families)
            return targets.map { target in
                let places = (owners[target.id] ?? []).sorted()
                return (target, places.map { families[$0] })
            }
        }
    }
}

/// What the series of a family may be called besides the family's own name.
private let suffixes = ["", "_total", "_created", "_bucket", "_count", "_sum", "_gcount", "_gsum", "_info"]

extension Connection {
    fileprivate func metadata(of family: String?) throws -> [FamilyMetadata] {
        var found: [FamilyMetadata] = []
        let condition = family == nil ? "?1 IS NULL" : "family = ?1"
        try rows(
            "SELECT family, type, help, unit FROM metadata WHERE \(condition) ORDER BY family",
            family.map { .text($0) } ?? .null
        ) { row in
            found.append(
                FamilyMetadata(family: row.text(0), type: row.text(1), help: row.text(2), unit: row.text(3)))
        }
        return found
    }

    /// For each target the places of those families that it has series of. The names of the metrics and the index on them say
    /// it: no series is read.
    fileprivate func targets(ofSeriesIn families: [FamilyMetadata]) throws -> [Int64: Set<Int>] {
        var owner: [Int64: Int64] = [:]
        try rows("SELECT block_id, target_id FROM blocks") { owner[$0.integer(0)] = $0.integer(1) }
        var found: [Int64: Set<Int>] = [:]
        for (place, family) in families.enumerated() {
            for suffix in suffixes {
                try rows(
                    """
                    SELECT DISTINCT l.series_id >> 7 FROM metrics m CROSS JOIN label_sets l ON l.metric_id = m.metric_id
                    WHERE m.name = ?
                    """, .text(family.family + suffix)
                ) { row in
                    if let target = owner[row.integer(0)] { found[target, default: []].insert(place) }
                }
            }
        }
        return found
    }
}
