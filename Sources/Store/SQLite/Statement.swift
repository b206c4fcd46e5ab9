import CSQLite

/// A value that goes into a statement.
enum Value {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// A prepared statement of one connection.
final class Statement {
    private let handle: OpaquePointer
    private unowned let connection: Connection
    private let sql: String

    init(_ sql: String, on connection: Connection) throws(DatabaseError) {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw connection.error(sql) }
        handle = prepared
        self.connection = connection
        self.sql = sql
    }

    deinit { sqlite3_finalize(handle) }

    /// Moves to the next row; false at the end.
    func step() throws(DatabaseError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let error = connection.error(sql)
            sqlite3_reset(handle)
            throw error
        }
    }

    /// Makes the statement ready to run again. Its result code repeats the error of the last step, which was thrown then.
    func reset() { sqlite3_reset(handle) }

    /// Binds values to the parameters, in order.
    func bind(_ values: [Value]) throws(DatabaseError) {
        for (index, value) in values.enumerated() {
            let at = Int32(index + 1)
            switch value {
            case .null: try check(sqlite3_bind_null(handle, at))
            case .integer(let number): try bind(number, at)
            case .real(let number): try check(sqlite3_bind_double(handle, at, number))
            case .text(let text): try bind(text, at)
            case .blob(let bytes):
                // A zero-length blob needs a place too, or it would be NULL.
                try check(
                    bytes.isEmpty
                        ? sqlite3_bind_zeroblob(handle, at, 0)
                        : sqlite3_bind_blob64(handle, at, bytes, UInt64(bytes.count), transient))
            }
        }
    }

    /// Binds a whole number to the parameter `at`, counted from 1.
    func bind(_ number: Int64, _ at: Int32) throws(DatabaseError) {
        try check(sqlite3_bind_int64(handle, at, number))
    }

    /// Binds text to the parameter `at`.
    func bind(_ text: String, _ at: Int32) throws(DatabaseError) {
        // An empty text needs a place too, or it would be NULL.
        if text.isEmpty { return try check(sqlite3_bind_text(handle, at, "", 0, transient)) }
        // With its length: a text may have a NUL in it.
        var text = text
        try check(
            text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text64(
                        handle, at, $0.baseAddress, UInt64($0.count), transient, UInt8(SQLITE_UTF8))
                }
            })
    }

    /// Lends text to the parameter `at`; it must stay until the statement has run.
    func bind(lentText bytes: UnsafeRawBufferPointer, _ at: Int32) throws(DatabaseError) {
        let start = bytes.assumingMemoryBound(to: CChar.self).baseAddress
        try check(sqlite3_bind_text64(handle, at, start, UInt64(bytes.count), nil, UInt8(SQLITE_UTF8)))
    }

    /// Lends a blob to the parameter `at`; it must stay until the statement has run.
    func bind(lentBlob bytes: UnsafeRawBufferPointer, _ at: Int32) throws(DatabaseError) {
        try check(sqlite3_bind_blob64(handle, at, bytes.baseAddress, UInt64(bytes.count), nil))
    }

    /// Binds a column of another statement's row, of whatever type it is.
    func bind(columnOf other: Statement, _ column: Int32, _ at: Int32) throws(DatabaseError) {
        try check(sqlite3_bind_value(handle, at, sqlite3_column_value(other.handle, column)))
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func real(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// The type of a value as tables declare it.
    func type(_ column: Int32) -> String {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: "INTEGER"
        case SQLITE_FLOAT: "REAL"
        case SQLITE_TEXT: "TEXT"
        case SQLITE_BLOB: "BLOB"
        default: "NULL"
        }
    }

    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    /// The bytes of a text or blob, valid until the next step.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        // The pointer must be asked for before the length: asking converts the value where necessary.
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }

    private func check(_ code: Int32) throws(DatabaseError) {
        if code != SQLITE_OK { throw connection.error(sql) }
    }

    /// SQLITE_TRANSIENT: SQLite makes its own copy.
    private var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}
