import CSQLite
import Logging
import Model

/// Marks a file as Vedette's ("Vdte"), so that a database of another program is not taken for one.
let applicationID: Int64 = 0x5664_7465

/// Opens the writing connection and brings the file into the shape that the store relies on.
func openForWriting(_ path: String, now: Int64, isPassing: Bool = false) throws -> Connection {
    let connection = try Connection(path: path, mode: .readWrite)
    // The writer does not wait for long: samples can wait in memory, and the stop of the program cannot.
    sqlite3_busy_timeout(connection.handle, 1000)
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
        -- Debian's SQLite overwrites with zeros what is deleted, by default: twice the writing, for no secret.
        PRAGMA secure_delete = OFF;
        """)
    // Where the log is memory, a megabyte of it is enough.
    if isPassing { try connection.execute("PRAGMA wal_autocheckpoint = 250") }
    try Migrator(connection: connection, path: path).migrate(now: now)
    return connection
}

/// A file that has been opened, with what memory needs to know of it.
struct OpenedFile: ~Copyable {
    let fileGuard: FileGuard
    let connection: Connection
    let heads: HeadBook
    let registry: SeriesRegistry
    let targets: TargetBook
    let closed: ClosedTimes
    let writer: HeadWriter
    let reserve: Reserve
    /// The process before did not stop in order: worth a look at the whole file in quiet hours.
    let isDoubtful: Bool
}

extension OpenedFile {
    /// Files up to this size are checked whole at the start: that takes some 50 ms.
    private static let quickCheckSize: Int64 = 16 << 20

    /// Opens a file; a damaged one is put aside, and what can be read of it is brought over into a new one.
    static func open(_ path: String, options: Store.Options, logger: Logger) throws -> OpenedFile {
        do {
            let fileGuard = try FileGuard(path: path)
            let reserve = Reserve(path: path + "-reserve", size: options.isPassing ? 0 : Reserve.usualSize)
            let damage: String
            if let reason = Recovery.reason(for: path) {
                damage = reason
            } else {
                do {
                    return try load(path, fileGuard, reserve, options, logger)
                } catch let error as DatabaseError where error.isUnreadable {
                    try refuseWhatNeverWasAStore(path, error)
                    damage = error.message
                } catch let error as DatabaseError where error.isDiskTrouble && fileExists(reserve.path) {
                    // SQLite needs a little room even to read; the reserve is for such days.
                    reserve.removeFile()
                    return try load(path, fileGuard, reserve, options, logger)
                }
            }
            let recovery = Recovery(path: path, now: options.clock.now(), logger: logger)
            return try load(path, recovery.run(releasing: fileGuard, because: damage), reserve, options, logger)
        } catch let error as DatabaseError {
            throw explained(error, path)
        }
    }

    private static func load(
        _ path: String, _ fileGuard: FileGuard, _ reserve: Reserve, _ options: Store.Options, _ logger: Logger
    ) throws -> OpenedFile {
        let now = options.clock.now()
        let isDoubtful = fileSize(path + "-wal") > 0
        let connection = try openForWriting(path, now: now, isPassing: options.isPassing)
        if fileSize(path) <= quickCheckSize { try quickCheck(connection) }
        try removeStrangeRows(connection, path: path, logger: logger)
        let heads = HeadBook(rowsPerPart: options.rowsPerPart)
        try connection.rows("SELECT target_id, count(*), min(ts) FROM scrapes GROUP BY target_id") { row in
            heads.found(row.integer(0), count: Int(row.integer(1)), oldest: row.integer(2))
        }
        let registry = SeriesRegistry(heads: heads, largestBlock: options.largestBlock)
        let hasSeries = try connection.integer("SELECT 1 FROM label_sets LIMIT 1") != nil
        try registry.load(
            from: connection, since: window(of: now) - 1, archive: hasSeries ? SeriesArchive(path: path) : nil)
        let targets = TargetBook()
        try targets.load(from: connection)
        let closed = ClosedTimes()
        let writer = try HeadWriter(connection, closed: closed)
        reserve.restore()
        return OpenedFile(
            fileGuard: fileGuard, connection: connection, heads: heads, registry: registry, targets: targets,
            closed: closed, writer: writer, reserve: reserve, isDoubtful: isDoubtful)
    }
}

/// Throws a `DatabaseError` of corruption when SQLite's own check finds something.
func quickCheck(_ connection: Connection) throws {
    if let answer = try connection.text("PRAGMA quick_check(1)"), answer != "ok" {
        throw DatabaseError(code: SQLITE_CORRUPT, message: answer, action: "PRAGMA quick_check")
    }
}

/// Refuses a file that is no database and beside which lies nothing that a store has: two paths were mixed up, and it is
/// somebody's. A store whose beginning was destroyed has its reserve beside it, or its log.
private func refuseWhatNeverWasAStore(_ path: String, _ error: DatabaseError) throws(UserError) {
    if error.primaryCode != SQLITE_NOTADB { return }
    if ["-reserve", "-wal"].contains(where: { fileExists(path + $0) }) { return }
    throw UserError("cannot open \(path): it is not a database; if it was a store once, move it away")
}

/// An error of SQLite at opening, as a user can act on it.
private func explained(_ error: DatabaseError, _ path: String) -> UserError {
    switch error.primaryCode {
    case SQLITE_FULL: UserError("cannot open \(path): the disk is full")
    case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
        UserError("cannot open \(path): it may not be written (\(error.message))")
    case SQLITE_CANTOPEN:
        UserError("cannot open \(path): SQLite cannot make its files \(path)-wal and -shm beside it (\(error.message))")
    case SQLITE_IOERR: UserError("cannot open \(path): the disk is full or fails (\(error.message))")
    case SQLITE_BUSY: UserError("cannot open \(path): another program holds its lock")
    case SQLITE_CORRUPT, SQLITE_NOTADB: UserError("cannot open \(path): the file is damaged (\(error.message))")
    default: UserError("cannot open \(path): \(error)")
    }
}
