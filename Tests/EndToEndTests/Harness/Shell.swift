import Foundation

/// Asks the stock `sqlite3` shell, as a user would; rows of fields as text. Each call is a process and a connection of
/// its own, so nothing of the appliance's own code helps to read the file.
func query(_ file: String, _ sql: String) throws -> [[String]] {
    let directory = try Workplace()
    // The shell waits for a lock as long as any reader of a live file should.
    let done = try run(
        "/usr/bin/sqlite3", ["-batch", "-separator", "\t", "-cmd", ".timeout 5000", file, sql], in: directory)
    guard done.ending == .exit(0), done.errors.isEmpty else {
        throw Failure("sqlite3 \(file) '\(sql)': \(done.ending): \(done.errors)")
    }
    return done.output.split(separator: "\n").map { line in
        line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
}

/// The first field of the only row.
func queryOne(_ file: String, _ sql: String) throws -> String {
    guard let field = try query(file, sql).first?.first else { throw Failure("no row: \(sql)") }
    return field
}

/// The samples of one series as the shell sees them, in order of time: bits of the value, nil for NULL.
func sampleBits(_ file: String, where condition: String) throws -> [(ts: Int64, bits: UInt64?)] {
    try query(
        file, "select ts, hex(ieee754_to_blob(value)), value is null from samples where \(condition) order by ts"
    ).map { row in
        guard row.count == 3, let ts = Int64(row[0]) else { throw Failure("a row of another form: \(row)") }
        return (ts, row[2] == "1" ? nil : UInt64(row[1], radix: 16))
    }
}
