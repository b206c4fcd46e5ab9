/// The header lines of an answer as they came, lent by the transfer loop for the length of a call. Nothing is copied or
/// taken apart before somebody asks.
public struct HTTPHeaderLines {
    /// Lines that end in LF or CRLF, the status line first.
    let bytes: UnsafeRawBufferPointer

    /// The value of the first header of this name, without the blanks around it. The name is given in lower case and found
    /// in any.
    public subscript(_ lowerCasedName: String) -> String? {
        rawValue(of: lowerCasedName).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The same value as bytes, valid as long as the lines are.
    public func rawValue(of lowerCasedName: String) -> UnsafeRawBufferPointer? {
        var found: UnsafeRawBufferPointer?
        forEachLine { name, value in
            guard found == nil, name.count == lowerCasedName.utf8.count,
                zip(name, lowerCasedName.utf8).allSatisfy({ lowercased($0) == $1 })
            else { return }
            found = value
        }
        return found
    }

    /// All headers in the order they came, their names in lower case.
    public func all() -> [HTTPHeader] {
        var headers: [HTTPHeader] = []
        forEachLine { name, value in
            headers.append(
                HTTPHeader(
                    String(decoding: name.map(lowercased), as: UTF8.self), String(decoding: value, as: UTF8.self)))
        }
        return headers
    }

    /// Calls `body` with name and value of each line that has a name. A line that begins with a blank continues the one
    /// before, which nobody may send any more (RFC 9112, 5.2): it is passed over.
    private func forEachLine(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            guard let first = line.first, !isBlank(first), let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
                continue
            }
            let value = line[(colon + 1)...]
            guard let start = value.firstIndex(where: { !isBlank($0) }),
                let last = value.lastIndex(where: { !isBlank($0) })
            else {
                body(
                    UnsafeRawBufferPointer(rebasing: line[..<colon]), UnsafeRawBufferPointer(rebasing: value.prefix(0)))
                continue
            }
            body(
                UnsafeRawBufferPointer(rebasing: line[..<colon]), UnsafeRawBufferPointer(rebasing: value[start...last]))
        }
    }
}

private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
}

private func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}
