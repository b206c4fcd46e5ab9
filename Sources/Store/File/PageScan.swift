import CSQLite

/// Finds rows of tables whose tree is broken. A page that leads to others is destroyed, and they are as they were: so every
/// page of the file is read as if it were a table of its own.
///
/// A page does not say which table it belongs to; its rows show it by the number and types of their columns. Pages that are
/// free may hold rows of the past. So this is for tables whose rows say what something is, under numbers that are not given
/// again; and what a table's tree still leads to was copied before, and counts.
struct PageScan {
    /// What the rows of a table look like.
    private struct Shape: Equatable {
        let table: String
        /// Declared types by column, and whether NULL may stand there.
        let columns: [(type: String, mayBeNull: Bool)]
        /// What tells its rows from those of another table that look the same; nil when nothing does.
        let mark: ((Statement) -> Bool)?

        static func == (a: Shape, b: Shape) -> Bool {
            a.columns.count == b.columns.count && zip(a.columns, b.columns).allSatisfy { $0.type == $1.type }
        }
    }

    /// So many tables are imposed before memory is cleared of them.
    private static let imposedAtOnce = 500
    private static let pagesPerTransaction: Int64 = 1000
    private static let wanted: Set<String> = ["metrics", "targets", "blocks", "label_sets"]
    private static let marks: [String: @Sendable (Statement) -> Bool] = [
        // A row of the head has a number and a text too: an array.
        "metrics": { $0.bytes(2).first != UInt8(ascii: "[") }
    ]

    private let source: Connection
    private let target: Connection
    private let shapes: [Shape]
    private let widest: Int
    /// The rows that were found and were missing, by table.
    private(set) var found: [String: Int] = [:]

    /// A scan for rows of the tables that say what the samples are.
    init(from source: Connection, into target: Connection) throws {
        self.source = source
        self.target = target
        var all: [Shape] = []
        try target.rows("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT wr") {
            row in
            let table = row.text(0)
            let columns = try Self.columns(of: table, target)
            all.append(Shape(table: table, columns: columns, mark: Self.marks[table]))
        }
        // Rows that look like another table's would be taken for them.
        shapes = all.filter { shape in
            Self.wanted.contains(shape.table) && (shape.mark != nil || all.count { $0 == shape } == 1)
        }
        widest = all.map(\.columns.count).max() ?? 0
    }

    private static func columns(of table: String, _ connection: Connection) throws -> [(String, Bool)] {
        var columns: [(String, Bool)] = []
        let select = try Statement("SELECT type, \"notnull\" FROM pragma_table_info(?)", on: connection)
        try select.bind(table, 1)
        while try select.step() { columns.append((select.text(0), select.integer(1) == 0)) }
        return columns
    }

    /// Reads every page.
    mutating func run() throws {
        if shapes.isEmpty { return }
        let last = try source.integer("PRAGMA page_count") ?? 0
        defer { sqlite_forget_imposed(source.handle) }
        for first in stride(from: Int64(2), through: last, by: Int(Self.pagesPerTransaction)) {
            try target.transaction {
                for page in first..<min(last + 1, first + Self.pagesPerTransaction) {
                    do {
                        try read(page)
                    } catch let error as DatabaseError where error.isUnreadable {
                        // Most pages are no leaves of tables: SQLite says that they are malformed.
                        continue
                    }
                }
            }
        }
    }

    private mutating func read(_ page: Int64) throws {
        if page % Int64(Self.imposedAtOnce) == 0 {
            sqlite_forget_imposed(source.handle)
            // The tables are known again before one more is imposed.
            _ = try source.integer("SELECT count(*) FROM sqlite_schema")
        }
        let names = (0...widest).map { "c\($0)" }.joined(separator: ", ")
        sqlite_impose_table(source.handle, Int32(clamping: page))
        let imposed = Result { try source.execute("CREATE TABLE page_\(page) (\(names))") }
        sqlite_impose_table(source.handle, 0)
        try imposed.get()
        // A page that leads to others is no leaf: those are read by themselves, and may lead back to it.
        let select = try Statement(
            "SELECT rowid, \(names) FROM page_\(page) LIMIT \(Salvage.mostRowsInPage)", on: source)
        while try select.step() {
            guard let shape = shapes.first(where: { fits(select, $0) }) else { continue }
            let marks = Array(repeating: "?", count: shape.columns.count).joined(separator: ", ")
            let insert = try target.statement("INSERT OR IGNORE INTO \(shape.table) VALUES (\(marks))")
            for column in 0..<Int32(shape.columns.count) {
                // The key stands beside the row, not in it.
                try insert.bind(columnOf: select, column == 0 ? 0 : column + 1, column + 1)
            }
            _ = try insert.step()
            insert.reset()
            found[shape.table, default: 0] += Int(sqlite3_changes(target.handle))
        }
    }

    /// Whether the present row may be one of a table. What a row does not have reads as NULL.
    private func fits(_ row: Statement, _ shape: Shape) -> Bool {
        guard row.isNull(1) else { return false }
        for column in 1...widest {
            let isNull = row.isNull(Int32(column + 1))
            guard column < shape.columns.count else {
                if isNull { continue }
                return false
            }
            let expected = shape.columns[column]
            if isNull ? !expected.mayBeNull : row.type(Int32(column + 1)) != expected.type { return false }
        }
        return shape.mark?(row) ?? true
    }
}
