import Model

/// How far a file has been imported.
public struct ImportProgress: Sendable, Equatable {
    /// The byte at which the first line begins that has not been imported.
    public var position: Int64
    /// The number of that line, from 1.
    public var line: Int
    /// The samples that were read.
    public var samples: Int
    /// Those of them that are new to the store.
    public var added: Int
    /// The lines that were left out.
    public var skippedLines: Int

    /// The beginning of a file.
    public init() {
        position = 0
        line = 1
        samples = 0
        added = 0
        skippedLines = 0
    }
}

extension Connection {
    /// How far a file has been imported; nil when it was not, or to its end.
    func importProgress(of identity: String) throws -> ImportProgress? {
        var found: ImportProgress?
        try rows(
            "SELECT position, line, samples, added, skipped_lines FROM imports WHERE identity = ?", .text(identity)
        ) { row in
            var progress = ImportProgress()
            progress.position = row.integer(0)
            progress.line = Int(row.integer(1))
            progress.samples = Int(row.integer(2))
            progress.added = Int(row.integer(3))
            progress.skippedLines = Int(row.integer(4))
            found = progress
        }
        return found
    }

    func write(_ progress: ImportProgress, of identity: String) throws(DatabaseError) {
        try run(
            "INSERT OR REPLACE INTO imports VALUES (?, ?, ?, ?, ?, ?)", .text(identity), .integer(progress.position),
            .integer(Int64(progress.line)), .integer(Int64(progress.samples)), .integer(Int64(progress.added)),
            .integer(Int64(progress.skippedLines)))
    }

    func forgetImport(of identity: String) throws(DatabaseError) {
        try run("DELETE FROM imports WHERE identity = ?", .text(identity))
    }
}
