import Model

/// A mail: what stands in it, and who gets it.
public struct Mail: Sendable, Hashable {
    /// Who sends it.
    public var from: MailAddress
    /// Who gets it.
    public var to: [MailAddress]
    /// What it is about, in one line.
    public var subject = ""
    /// The text.
    public var text = ""
    /// The same as HTML, if there is that too.
    public var html: String?
    /// When it was written, in Unix milliseconds.
    public var date: Int64 = 0
    /// What tells it from every other; who gets it twice can tell by this.
    public var identity = ""
    /// What it belongs to: mails of the same conversation have it in common. Empty for none.
    public var conversation = ""

    /// A mail with nothing in it.
    public init(from: MailAddress, to: [MailAddress]) {
        self.from = from
        self.to = to
    }

    /// The whole message of RFC 5322, lines ended by CRLF. Throws `badMail` for a subject that could write headers of its own.
    public func message() throws(MailFailure) -> [UInt8] {
        guard !to.isEmpty else { throw MailFailure(.badMail, "cannot write a mail: nobody is to get it") }
        guard subject.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw MailFailure(.badMail, "cannot write a mail: the subject has control characters")
        }
        var head = foldedHeader("Date", formatMailDate(date))
        head += foldedHeader("From", from.inHeader)
        head += foldedHeader("To", to.map(\.inHeader).joined(separator: ", "))
        head += foldedHeader("Message-ID", messageID(identity))
        if !conversation.isEmpty { head += foldedHeader("References", messageID(conversation)) }
        head += foldedHeader("Subject", headerText(subject))
        // So that nobody's absence is reported to us (RFC 3834).
        head += foldedHeader("Auto-Submitted", "auto-generated")
        head += foldedHeader("MIME-Version", "1.0")
        var out = Array(head.utf8)
        guard let html else {
            out += part("text/plain", text)
            return out
        }
        // No line of quoted-printable begins like this: it writes `=` in another way.
        let boundary = "=_\(String(stableHash(identity), radix: 36))"
        out += foldedHeader("Content-Type", "multipart/alternative; boundary=\"\(boundary)\"").utf8
        for (type, content) in [("text/plain", text), ("text/html", html)] {
            out += "\r\n--\(boundary)\r\n".utf8
            out += part(type, content)
        }
        out += "\r\n--\(boundary)--\r\n".utf8
        return out
    }

    private func part(_ type: String, _ content: String) -> [UInt8] {
        let head =
            foldedHeader("Content-Type", "\(type); charset=utf-8")
            + foldedHeader("Content-Transfer-Encoding", "quoted-printable")
        return Array("\(head)\r\n".utf8) + quotedPrintable(content)
    }

    /// `<identity@domain>`: what cannot stand there is written in hexadecimal, and what is too long is cut and told apart by a
    /// number.
    private func messageID(_ identity: String) -> String {
        var local = ""
        for byte in identity.utf8.prefix(64) {
            if isAtom(byte), byte != UInt8(ascii: "=") {
                local.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                local += "=" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        if identity.utf8.count > 64 { local += ".\(String(stableHash(identity), radix: 36))" }
        let domain = from.domain.first == "[" ? "localhost" : from.domain
        return "<vedette.\(local)@\(domain)>"
    }
}

/// `Fri, 21 Nov 2026 06:35:14 +0000`
func formatMailDate(_ milliseconds: Int64) -> String {
    let days = floorDivide(milliseconds, by: 86_400_000)
    let date = civilDate(daysSince1970: days)
    // The first of January 1970 was a Thursday.
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let weekday = weekdays[Int(days - floorDivide(days, by: 7) * 7)]
    let clock = formatTimestamp(milliseconds).split(separator: "T").last?.prefix(8) ?? ""
    return "\(weekday), \(date.day) \(months[Int(date.month - 1)]) \(date.year) \(clock) +0000"
}

/// FNV-1a: the same in every run.
private func stableHash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
