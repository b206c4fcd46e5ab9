import Model

// Filling the registry from the file.
extension SeriesRegistry {
    /// Loads the series that are being written, and were lately: the ones in blocks that reach into `window` or later, or
    /// whose target has samples in the head.
    func load(from connection: Connection, since window: Int64, archive: SeriesArchive?) throws {
        try state.withLock { state in
            state.archive = archive
            state.coveredSince = archive == nil ? .min : window * windowMilliseconds
            var names: [Int64: String] = [:]
            try connection.rows("SELECT metric_id, name FROM metrics") { row in
                names[row.integer(0)] = row.text(1)
                state.metrics[state.table.symbols.intern(row.text(1))] = row.integer(0)
            }
            state.nextMetric = (names.keys.filter { $0 < largestNumber }.max() ?? 0) + 1
            state.nextBlock =
                try
                (connection.integer(
                    "SELECT max(block_id) FROM blocks WHERE block_id BETWEEN 0 AND ?", .integer(Store.largestBlock))
                ?? 0)
                + 1
            try connection.rows(
                """
                SELECT b.block_id, b.target_id, l.series_id, l.metric_id, l.labels
                FROM blocks b CROSS JOIN label_sets l ON l.series_id BETWEEN b.block_id << 7 AND (b.block_id << 7) + 127
                WHERE (b.last_window >= ? OR b.target_id IN (SELECT DISTINCT target_id FROM scrapes)
                    OR EXISTS (SELECT 1 FROM loose o
                        WHERE o.series_id BETWEEN b.block_id << 7 AND (b.block_id << 7) + 127))
                    AND b.block_id BETWEEN 0 AND ?
                ORDER BY b.block_id
                """, .integer(window), .integer(Store.largestBlock)
            ) { row in
                let block = row.integer(0)
                let target = row.integer(1)
                let id = row.integer(2)
                if state.blocks[block] == nil {
                    state.addBlock(block, RegistryState.Block(target: target, used: 0))
                    state.fillingBlock[target] = block
                }
                state.updateBlock(block) { $0.used = max($0.used, slot(of: id) + 1) }
                let found = storedLabels(metric: names[row.integer(3)] ?? "", json: row.text(4))
                if state.table.find(found) == nil { state.addSeries(found, id: id) }
            }
        }
    }
}
