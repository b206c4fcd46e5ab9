import Model

/// Takes a list apart while it comes: each of its items is handed on as soon as it is whole, and of the document only what
/// stands around the items is kept. So a list of any length needs the memory of its longest item.
struct ItemSplitter {
    /// An item may have so many bytes: etcd keeps no more than 1.5 MB.
    static let longestItem = 8 << 20
    /// What stands around the items, too.
    private static let longestRest = 1 << 20

    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    /// The string that is being read on the first level, and the last one that was.
    private var name: [UInt8] = []
    private var isInItems = false
    private var item: [UInt8] = []
    private var rest: [UInt8] = []

    /// Takes the next bytes; calls `take` for each item that they complete.
    mutating func add(_ bytes: [UInt8], _ take: ([UInt8]) throws(UserError) -> Void) throws(UserError) {
        for byte in bytes {
            if isInItems, depth >= 3 {
                guard item.count < Self.longestItem else {
                    throw UserError("an item has more than \(Self.longestItem) bytes")
                }
                item.append(byte)
                step(byte)
                if depth == 2 {
                    try take(item)
                    item.removeAll(keepingCapacity: true)
                }
                continue
            }
            let opensItem = isInItems && depth == 2 && !isInString && byte == UInt8(ascii: "{")
            if opensItem {
                item.append(byte)
            } else if !(isInItems && depth == 2 && byte != UInt8(ascii: "]")) {
                guard rest.count < Self.longestRest else { throw UserError("the list has too much around its items") }
                rest.append(byte)
            }
            step(byte)
        }
    }

    /// What stands around the items, as a document with an empty list of them.
    func around() throws(UserError) -> JSONValue { try JSONValue(rest) }

    private mutating func step(_ byte: UInt8) {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
            if isInString, depth == 1, name.count < 16 { name.append(byte) }
            return
        }
        switch byte {
        case UInt8(ascii: "\""):
            isInString = true
            if depth == 1 { name.removeAll(keepingCapacity: true) }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            // Between the name and its value stands nothing but a colon.
            if depth == 1, byte == UInt8(ascii: "["), name.elementsEqual("items".utf8) { isInItems = true }
            depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            if depth == 1 { isInItems = false }
        default: break
        }
    }
}

/// Takes a stream apart that has a document on each line.
struct LineSplitter {
    private var line: [UInt8] = []

    /// Takes the next bytes; calls `take` for each line that they complete.
    mutating func add(_ bytes: [UInt8], _ take: ([UInt8]) throws(UserError) -> Void) throws(UserError) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0a) {
            line += rest[..<end]
            rest = rest[(end + 1)...]
            if !line.isEmpty { try take(line) }
            line.removeAll(keepingCapacity: true)
        }
        line += rest
        guard line.count <= ItemSplitter.longestItem else {
            throw UserError("an event has more than \(ItemSplitter.longestItem) bytes")
        }
    }
}
