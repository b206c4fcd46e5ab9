import CSQLite

/// One connection to a database, used by one thread at a time.
final class Connection {
    /// How a file is opened.
    enum Mode {
        case readWrite
        case readOnly
        /// Reading as much as can be read of a damaged file.
        case salvage
    }

    let handle: OpaquePointer
    private var statements: [String: Statement] = [:]

    /// Opens a file. SQLite's own mutexes are off: the owner of a connection sees to it that one thread uses it at a time.
    init(path: String, mode: Mode) throws(DatabaseError) {
        var opened: OpaquePointer?
        let access = mode == .readWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        let code = sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard let opened else { throw DatabaseError(code: code, message: "out of memory", action: "open \(path)") }
        handle = opened
        guard code == SQLITE_OK else {
            let message = String(cString: sqlite3_errmsg(opened))
            sqlite3_close_v2(opened)
            throw DatabaseError(code: code, message: message, action: "open \(path)")
        }
        // Somebody in a sqlite3 shell may hold the write lock for a moment: wait rather than fail.
        sqlite3_busy_timeout(opened, 5000)
        registerFunctions(on: opened)
        // The system's own cache is behind it; what a connection keeps of it counts for each connection.
        if mode == .readOnly { try execute("PRAGMA cache_size = -512") }
        // Without this a file that is shorter than it says is not read at all.
        if mode == .salvage { try execute("PRAGMA writable_schema = ON") }
    }

    deinit {
        // Statements must go before their connection.
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// Runs one or more statements that return nothing of interest.
    func execute(_ sql: String) throws(DatabaseError) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw error(sql) }
    }

    /// A prepared statement, kept for the next time the same SQL is asked for.
    func statement(_ sql: String) throws(DatabaseError) -> Statement {
        if let kept = statements[sql] {
            kept.reset()
            return kept
        }
        let made = try Statement(sql, on: self)
        statements[sql] = made
        return made
    }

    /// Runs a statement with values bound to its parameters, in order.
    func run(_ sql: String, _ values: Value...) throws(DatabaseError) {
        let statement = try statement(sql)
        try statement.bind(values)
        defer { statement.reset() }
        while try statement.step() {}
    }

    /// The first column of the first row; nil when there is no row, or NULL.
    func integer(_ sql: String, _ values: Value...) throws(DatabaseError) -> Int64? {
        let statement = try statement(sql)
        try statement.bind(values)
        defer { statement.reset() }
        return try statement.step() && !statement.isNull(0) ? statement.integer(0) : nil
    }

    /// The first column of the first row as text, nil when there is no row, or NULL.
    func text(_ sql: String, _ values: Value...) throws(DatabaseError) -> String? {
        let statement = try statement(sql)
        try statement.bind(values)
        defer { statement.reset() }
        return try statement.step() && !statement.isNull(0) ? statement.text(0) : nil
    }

    /// Calls `body` for every row.
    func rows(_ sql: String, _ values: Value..., body: (Statement) throws -> Void) throws {
        let statement = try statement(sql)
        try statement.bind(values)
        defer { statement.reset() }
        while try statement.step() { try body(statement) }
    }

    /// Runs `body` in a transaction that takes the write lock at once: one that begins as a reader and writes later can be
    /// refused in the middle (https://sqlite.org/lang_transaction.html).
    func transaction<Result>(_ body: () throws -> Result) throws -> Result {
        try execute("BEGIN IMMEDIATE")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // After some errors (a full disk) SQLite has rolled back by itself; then there is nothing left to undo.
            if sqlite3_get_autocommit(handle) == 0 { try execute("ROLLBACK") }
            throw error
        }
    }

    /// Runs `body` with one state of the file: each statement by itself would take and drop the locks.
    func reading<Result>(_ body: () throws -> Result) throws -> Result {
        try execute("BEGIN")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            if sqlite3_get_autocommit(handle) == 0 { try execute("ROLLBACK") }
            throw error
        }
    }

    /// The present error of this connection.
    func error(_ action: String) -> DatabaseError {
        DatabaseError(
            code: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)), action: action)
    }
}
