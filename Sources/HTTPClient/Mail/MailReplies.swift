/// What a mail server said, as far as anybody wants to know later.
struct MailReplies {
    /// How much is kept of it, in bytes.
    private static let limit = 4096

    private var lines: [String] = []
    private var bytes = 0
    private var last = 0
    /// The refusal that ended it: one after which the server wanted no more than to part.
    private(set) var refusal: (code: Int, line: String)?
    private var refusals: [String] = []

    /// Takes a line such as `250-SIZE 1000` or `550 no such user`.
    mutating func take(_ raw: UnsafeRawBufferPointer) {
        var text = String(decoding: raw.prefix(512), as: UTF8.self)
        while let end = text.unicodeScalars.last, end == "\r" || end == "\n" { text.unicodeScalars.removeLast() }
        let clean = String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
        guard let code = Int(clean.prefix(3)), code >= 100 else { return }
        last = code
        // What the server wants to hear for a login is nobody's business.
        if code == 334 { return }
        if code >= 400 {
            refusal = (code, clean)
            // What is said of mailboxes; the others are about commands.
            let isAboutMailbox = (450...452).contains(code) || (550...556).contains(code)
            if isAboutMailbox, refusals.count < 100 { refusals.append(clean) }
        } else if code != 221 {
            refusal = nil
        }
        lines.append(clean)
        bytes += clean.utf8.count + 1
        while bytes > Self.limit, lines.count > 1 { bytes -= lines.removeFirst().utf8.count + 1 }
    }

    /// The end of what it said, a line each.
    var transcript: String { lines.joined(separator: "\n") }

    /// What it said to a mail that it took.
    var receipt: MailReceipt { MailReceipt(reply: last, transcript: transcript, refusals: refusals) }
}
