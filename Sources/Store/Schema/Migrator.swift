import Model

/// Brings a database to the schema of this binary, a migration a transaction.
struct Migrator {
    let connection: Connection
    let path: String
    var migrations = Migration.all()

    /// Applies what is missing. A database of a newer Vedette, or one whose applied migrations read differently, is refused.
    func migrate(now: Int64) throws {
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL)
            """)
        var applied: [Int64: String] = [:]
        try connection.rows("SELECT version, checksum FROM schema_migrations") { row in
            applied[row.integer(0)] = row.text(1)
        }
        let newest = migrations.last?.version ?? 0
        if let version = applied.keys.max(), version > newest {
            throw UserError(
                "cannot open \(path): its schema has version \(version), this vedette knows versions up to \(newest); "
                    + "use the vedette that wrote it, or a newer one")
        }
        for migration in migrations {
            if let checksum = applied[migration.version] {
                if checksum == migration.checksum { continue }
                throw UserError(
                    "cannot open \(path): migration \(migration.version) (\(migration.name)) was applied with another text "
                        + "than this vedette holds; it was written by a build that was never released, or was altered")
            }
            try connection.transaction {
                try connection.execute(migration.sql)
                try connection.run(
                    "INSERT INTO schema_migrations VALUES (?, ?, ?, ?)", .integer(migration.version),
                    .text(migration.name), .text(migration.checksum), .text(formatTimestamp(now)))
            }
        }
    }
}
