import CMicrohttpd

/// The header fields of a request as the library has read them.
func requestHeaders(_ connection: LibraryConnection) -> HTTPHeaders {
    var headers = HTTPHeaders()
    withUnsafeMutablePointer(to: &headers) { headers in
        _ = MHD_get_connection_values_n(connection.pointer, .HEADER_KIND, collectHeader, headers)
    }
    return headers
}

private func collectHeader(
    _ argument: UnsafeMutableRawPointer?, _ kind: MHD_ValueKind, _ name: UnsafePointer<CChar>?, _ nameLength: Int,
    _ value: UnsafePointer<CChar>?, _ valueLength: Int
) -> MHD_Result {
    argument?.assumingMemoryBound(to: HTTPHeaders.self).pointee.add(
        text(name, nameLength), text(value, valueLength))
    return .YES
}

private func text(_ start: UnsafePointer<CChar>?, _ length: Int) -> String {
    String(decoding: UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : length), as: UTF8.self)
}
