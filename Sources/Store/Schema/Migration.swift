import CMigrations

/// One numbered SQL file of `migrations/`, built into the binary.
struct Migration {
    let version: Int64
    let name: String
    let sql: String

    /// Says whether a database has applied the same text that this binary holds.
    var checksum: String { String(stableHash(sql.utf8), radix: 16) }

    /// All of them, in ascending order of versions.
    static func all() -> [Migration] {
        (0..<vedette_migration_count()).map { index in
            let entry = vedette_migration_at(index)
            let sql = UnsafeRawBufferPointer(start: entry.sql, count: entry.length)
            return Migration(
                version: entry.version, name: String(cString: entry.name), sql: String(decoding: sql, as: UTF8.self))
        }
    }
}

/// FNV-1a, 64 bits: the same in every process and on every machine, so that it may be stored.
func stableHash(_ bytes: some Sequence<UInt8>, seed: UInt64 = 0xcbf2_9ce4_8422_2325) -> UInt64 {
    var hash = seed
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
}
