import CSQLite

/// What SQLite refused, with its own words.
public struct DatabaseError: Error, Sendable, Hashable, CustomStringConvertible {
    /// SQLite's extended result code.
    public let code: Int32
    /// SQLite's message.
    public let message: String
    /// What was being done: a statement, or a verb such as "open".
    public let action: String

    /// The primary result code, for telling kinds apart.
    public var primaryCode: Int32 { code & 0xff }

    /// The disk is full or fails: worth trying again later.
    public var isDiskTrouble: Bool { primaryCode == SQLITE_FULL || primaryCode == SQLITE_IOERR }

    /// Somebody else holds the lock for longer than we wait.
    public var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }

    /// The file does not hold what SQLite wrote there.
    public var isCorruption: Bool { primaryCode == SQLITE_CORRUPT || primaryCode == SQLITE_NOTADB }

    /// The row itself is refused, now and whenever it is tried again; others can be written, in the same transaction, too: SQLite
    /// undoes the one statement (https://sqlite.org/lang_conflict.html, ABORT).
    var isAboutTheRow: Bool { [SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG].contains(primaryCode) }

    /// What was read cannot have been written: a length that was changed may promise more than SQLite takes at all.
    var isUnreadable: Bool { isCorruption || primaryCode == SQLITE_TOOBIG }

    /// "database or disk is full (while INSERT …)"
    public var description: String { "\(message) (while: \(action))" }

    /// Pages of a table lead back to pages before them; SQLite itself does not notice.
    static func goesInCircles(_ table: String) -> DatabaseError {
        DatabaseError(code: SQLITE_CORRUPT, message: "pages lead back to pages before them", action: "read \(table)")
    }
}
