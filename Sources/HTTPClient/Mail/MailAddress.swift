/// Somebody who sends or gets mail: `Ada <ada@example.org>`.
public struct MailAddress: Sendable, Hashable {
    /// What people call them; empty where nobody said.
    public let name: String
    /// `ada@example.org`
    public let address: String

    /// Reads an address with or without a name before it. Throws `badMail`.
    public init(_ text: String) throws(MailFailure) {
        func refused(_ reason: String) -> MailFailure {
            MailFailure(.badMail, "cannot read mail address `\(oneLine(text))`: \(reason)")
        }
        var name = trimmed(text)[...]
        var address = name
        if name.last == ">", let open = name.lastIndex(of: "<") {
            address = name[name.index(after: open)...].dropLast()
            name = trimmed(name[..<open])[...]
            if name.count >= 2, name.first == "\"", name.last == "\"" {
                name = name.dropFirst().dropLast()
                if name.contains("\"") { throw refused("it is one of several; write a list") }
            }
        } else {
            name = ""
        }
        guard name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw refused("it has control characters") }
        guard let at = address.lastIndex(of: "@"), at != address.startIndex, address.index(after: at) < address.endIndex
        else { throw refused("expected a form like user@example.org") }
        let local = address[..<at]
        let domain = address[address.index(after: at)...]
        guard address.utf8.count <= 254 else { throw refused("it is too long") }
        guard address.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw refused("letters beyond ASCII are not supported in it; write the domain as xn--…")
        }
        // What could end the address within a command or a header is not among these.
        guard local.utf8.allSatisfy({ isAtom($0) || $0 == UInt8(ascii: ".") }),
            domain.utf8.allSatisfy({ isLetterOrDigit($0) || "-.:[]".utf8.contains($0) })
        else { throw refused("it has characters that do not belong there") }
        self.name = String(name)
        self.address = String(address)
    }

    /// Behind the `@`.
    public var domain: String { address.lastIndex(of: "@").map { String(address[address.index(after: $0)...]) } ?? "" }

    /// As it stands in a header.
    var inHeader: String {
        if name.isEmpty { return address }
        let isPhrase = name.utf8.allSatisfy { isAtom($0) || $0 == 0x20 }
        guard !isPhrase, name.utf8.allSatisfy({ $0 < 0x80 }) else {
            return "\(isPhrase ? headerText(name) : encodedWords(name)) <\(address)>"
        }
        return "\"\(name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\" <\(address)>"
    }
}

/// Whether the byte is part of an atom (RFC 5322, 3.2.3).
func isAtom(_ byte: UInt8) -> Bool { isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte) }

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: false
    }
}

private func trimmed(_ text: some StringProtocol) -> String {
    let start = text.drop { $0 == " " || $0 == "\t" }
    return start.lastIndex { $0 != " " && $0 != "\t" }.map { String(start[...$0]) } ?? ""
}

/// A text for a message: what would break the line is a blank.
private func oneLine(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(80).map { $0.value < 0x20 ? " " : $0 }))
}
