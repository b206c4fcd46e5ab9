import Model
import Testing

@testable import HTTPClient

/// What a mail looks like on the wire, and what must not get into it.
@Suite("A mail's message") struct MailMessageTests {
    private func mail(_ change: (inout Mail) -> Void = { _ in }) throws -> Mail {
        var mail = Mail(from: try MailAddress("Vedette <v@example.org>"), to: [try MailAddress("a@example.org")])
        mail.subject = "Hello"
        mail.text = "Hello.\n"
        mail.date = 1_795_243_714_250
        mail.identity = "key/1"
        change(&mail)
        return mail
    }

    private func message(_ change: (inout Mail) -> Void = { _ in }) throws -> String {
        String(decoding: try mail(change).message(), as: UTF8.self)
    }

    @Test("has what RFC 5322 asks for") func whole() throws {
        #expect(
            try message { $0.conversation = "group" }
                == """
                Date: Sat, 21 Nov 2026 06:48:34 +0000\r
                From: Vedette <v@example.org>\r
                To: a@example.org\r
                Message-ID: <vedette.key/1@example.org>\r
                References: <vedette.group@example.org>\r
                Subject: Hello\r
                Auto-Submitted: auto-generated\r
                MIME-Version: 1.0\r
                Content-Type: text/plain; charset=utf-8\r
                Content-Transfer-Encoding: quoted-printable\r
                \r
                Hello.\r

                """)
    }

    @Test("with HTML has both forms in parts") func parts() throws {
        let text = try message { $0.html = "<p>--=_x</p>" }
        let boundary = try #require(text.split(separator: "boundary=\"").last?.split(separator: "\"").first)
        let parts = text.components(separatedBy: "\r\n--\(boundary)")
        #expect(parts.count == 4)
        #expect(parts[1].contains("text/plain") && parts[1].hasSuffix("\r\n\r\nHello.\r\n"))
        #expect(parts[2].contains("text/html") && parts[2].hasSuffix("<p>--=3D_x</p>\r\n"))
        #expect(parts[3] == "--\r\n")
    }

    @Test("is refused when the subject would write headers", arguments: ["a\r\nBcc: x@y", "a\nb", "a\u{0}", "a\rb"])
    func injection(_ subject: String) {
        let refused = MailFailure(.badMail, "cannot write a mail: the subject has control characters")
        #expect(throws: refused) { try message { $0.subject = subject } }
    }

    @Test("has no line of more than 78 characters and nothing but ASCII, whatever is in it")
    func lines() throws {
        let hostile = String(repeating: "Ünïcödé 🔥 = \t. ", count: 200) + String(repeating: "x", count: 3000)
        var receivers: [MailAddress] = []
        for number in 0..<50 { receivers.append(try MailAddress("\"Ä, \(number)\" <someone\(number)@example.org>")) }
        let text = try message {
            $0.subject = onOneLine(hostile)
            $0.text = hostile
            $0.html = hostile
            $0.to = receivers
            $0.identity = hostile
        }
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
        let lines = text.components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 300 })
        #expect(lines.filter { $0.utf8.count > 78 }.allSatisfy { $0.hasPrefix("Message-ID") })
        #expect(!lines.contains { $0.contains("\r") || $0.contains("\n") })
    }

    @Test(
        "puts texts into headers",
        arguments: [
            ("plain words", "plain words"), ("Ä", "=?UTF-8?B?w4Q=?="),
            ("=?UTF-8?B?w4Q=?=", "=?UTF-8?B?PT9VVEYtOD9CP3c0UT0/PQ==?="),
            ("a", "a"), ("", ""), (" a", "=?UTF-8?B?IGE=?="), ("ab", "ab"), ("äb", "=?UTF-8?B?w6Ri?="),
        ])
    func headerTexts(_ text: String, _ expected: String) { #expect(headerText(text) == expected) }

    @Test("splits encoded words between characters") func splitting() {
        let words = headerText(String(repeating: "🔥", count: 30)).split(separator: " ")
        #expect(words.count == 4)
        #expect(words.allSatisfy { $0.utf8.count <= 64 })
    }

    @Test(
        "quotes what is not printable",
        arguments: [
            ("a=b", "a=3Db\r\n"), ("ä", "=C3=A4\r\n"), ("a \nb", "a=20\r\nb\r\n"), ("a\r\nb\rc\n", "a\r\nb\r\nc\r\n"),
            ("", "\r\n"),
            (".\n..\n", ".\r\n..\r\n"),
            (String(repeating: "x", count: 77), String(repeating: "x", count: 75) + "=\r\nxx\r\n"),
            ("a\t", "a=09\r\n"), ("\n\n", "\r\n\r\n"), ("\u{0}", "=00\r\n"),
        ])
    func quoting(_ text: String, _ expected: String) {
        #expect(String(decoding: quotedPrintable(text), as: UTF8.self) == expected)
    }

    @Test(
        "knows addresses",
        arguments: [
            ("a@b", "", "a@b"), ("Ada <a@b.c>", "Ada", "a@b.c"), ("\"A, B\" <a@b>", "A, B", "a@b"),
            (" <a@b> ", "", "a@b"),
            ("Ä <a@b>", "Ä", "a@b"), ("a+b@[127.0.0.1]", "", "a+b@[127.0.0.1]"),
        ])
    func addresses(_ text: String, _ name: String, _ address: String) throws {
        let read = try MailAddress(text)
        #expect((read.name, read.address) == (name, address))
    }

    @Test(
        "refuses what is no address",
        arguments: [
            "", "a", "@b", "a@", "a@b, c@d", "a b@c", "a@b>\r\nRCPT TO:<c@d", "<a@b> SIZE=1", "a@b c", "ä@b", "a@ä",
            "A\r\nBcc: c@d <a@b>", "\"A\" <a@b>, \"B\" <c@d>", "a\u{0}@b", "a@b\n",
            String(repeating: "a", count: 300) + "@b",
        ])
    func noAddresses(_ text: String) { #expect(throws: MailFailure.self) { try MailAddress(text) } }

    @Test(
        "writes names so that they read back",
        arguments: [
            ("Ada <a@b>", "Ada <a@b>"), ("A. B <a@b>", "\"A. B\" <a@b>"), ("\"A \\ B\" <a@b>", "\"A \\\\ B\" <a@b>"),
            ("Ä <a@b>", "=?UTF-8?B?w4Q=?= <a@b>"),
        ])
    func names(_ text: String, _ expected: String) throws { #expect(try MailAddress(text).inHeader == expected) }

    @Test(
        "dates",
        arguments: [
            (0, "Thu, 1 Jan 1970 00:00:00 +0000"), (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
            (1_795_243_714_250, "Sat, 21 Nov 2026 06:48:34 +0000"),
        ] as [(Int64, String)])
    func dates(_ time: Int64, _ expected: String) { #expect(formatMailDate(time) == expected) }

    @Test(
        "a server's URL",
        arguments: [
            ("smtp://h", "h.example", "smtp://h/h.example"), ("smtps://h:465/", nil, "smtps://h:465/"),
            ("smtp://[::1]:25", "[::1]", "smtp://[::1]:25/%5b%3a%3a1%5d"),
        ] as [(String, String?, String)])
    func urls(_ url: String, _ hello: String?, _ asked: String) throws {
        var server = MailServer(url: url)
        server.hello = hello
        #expect(try server.askedURL().lowercased() == asked.lowercased())
    }

    @Test(
        "a server's URL that is none",
        arguments: [
            "", "h", "http://h", "smtp://", "smtp://u:p@h", "smtp://h/x", "smtp://h?x", "smtp://h\r\n", "smtp://h x",
        ])
    func badURLs(_ url: String) {
        #expect(throws: MailFailure.self) { try MailServer(url: url).check() }
    }

    @Test("a name to greet with that is none", arguments: ["", "a b", "a\r\nMAIL", "ä", "a/b?c#d\u{0}"])
    func badHello(_ hello: String) {
        var server = MailServer(url: "smtp://h")
        server.hello = hello
        #expect(throws: MailFailure.self) { try server.check() }
    }
}

private func onOneLine(_ text: String) -> String { text.replacing("\t", with: " ") }

extension String {
    fileprivate func components(separatedBy separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
