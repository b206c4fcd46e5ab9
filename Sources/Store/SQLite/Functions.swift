import CDeflate
import CSQLite

// The views inflate chunks with `sqlar_uncompress`, which the sqlite3 shell brings along and the library does not: our own
// connections get it too, so that the views mean the same to them.

func registerFunctions(on handle: OpaquePointer) {
    sqlite3_create_function_v2(
        handle, "sqlar_uncompress", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nil, sqlarUncompress, nil,
        nil,
        nil)
}

/// sqlar_uncompress(X, SZ): X itself when it is SZ bytes long, otherwise X inflated to SZ bytes.
private func sqlarUncompress(
    _ context: OpaquePointer?, _ count: Int32, _ arguments: UnsafeMutablePointer<OpaquePointer?>?
) {
    guard let arguments, count == 2 else { return }
    let size = Int(sqlite3_value_int64(arguments[1]))
    guard let input = sqlite3_value_blob(arguments[0]) else { return sqlite3_result_null(context) }
    let length = Int(sqlite3_value_bytes(arguments[0]))
    if size <= 0 || size == length { return sqlite3_result_value(context, arguments[0]) }
    guard size <= 1 << 28,
        let inflated = Inflater().inflate(UnsafeRawBufferPointer(start: input, count: length), to: size)
    else { return sqlite3_result_error(context, "cannot inflate: the data is damaged", -1) }
    inflated.withUnsafeBytes {
        sqlite3_result_blob64(
            context, $0.baseAddress, UInt64($0.count), unsafeBitCast(-1, to: sqlite3_destructor_type.self))
    }
}
