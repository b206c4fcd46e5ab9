/// Merges the parts of every block in every window, in a file that nobody else uses: columns that are long take less room.
func mergeAllParts(of connection: Connection) throws {
    var places: [ChunkPlace] = []
    try connection.rows(
        """
        SELECT chunk_id >> 42, chunk_id >> 8 & 4194303 FROM chunks GROUP BY chunk_id >> 8 HAVING count(*) > 1
        """
    ) { places.append(ChunkPlace(window: $0.integer(0), block: $0.integer(1))) }
    let encoder = ChunkEncoder()
    var grid = ElementGrid()
    for place in places {
        let merged = try MergedParts(place, from: connection, with: encoder, grid: &grid)
        try connection.transaction { try merged.store(on: connection, closed: ClosedTimes()) }
    }
}
