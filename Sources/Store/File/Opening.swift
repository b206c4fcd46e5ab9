import CSQLite
import Model

/// Marks a file as Vedette's ("Vdte"), so that a database of another program is not taken for one.
private let applicationID: Int64 = 0x5664_7465

/// Opens the writing connection and brings the file into the shape that the store relies on.
func openForWriting(_ path: String, now: Int64) throws -> Connection {
    let connection = try Connection(path: path, mode: .readWrite)
    let isNew = try connection.integer("SELECT count(*) FROM sqlite_schema") == 0
    if isNew {
        // Both can only be chosen while the file is empty. Incremental: freed pages can be given back in small slices.
        try connection.execute("PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL")
        try connection.execute("PRAGMA application_id = \(applicationID)")
    } else if try connection.integer("PRAGMA application_id") != applicationID {
        throw UserError("cannot open \(path): it is a database of another program")
    }
    let mode = try connection.text("PRAGMA journal_mode = WAL") ?? ""
    guard mode == "wal" else {
        throw UserError("cannot open \(path): SQLite cannot use a write-ahead log there (it stays in mode \(mode))")
    }
    // NORMAL syncs at checkpoints only: after a loss of power the file is whole and may lack the last seconds
    // (https://sqlite.org/pragma.html#pragma_synchronous); after a crash of the process nothing committed is missing.
    try connection.execute(
        """
        PRAGMA synchronous = NORMAL;
        PRAGMA wal_autocheckpoint = 2000;
        PRAGMA journal_size_limit = 16777216;
        PRAGMA cache_size = -4096;
        PRAGMA temp_store = MEMORY;
        """)
    try Migrator(connection: connection, path: path).migrate(now: now)
    return connection
}
