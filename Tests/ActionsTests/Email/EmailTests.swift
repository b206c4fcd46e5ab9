import Foundation
import Model
import TestSupport
import Testing

@testable import Actions

/// Mails, as a server takes them and as they read back.
@Suite("Email") struct EmailTests {
    /// Header lines without their folds, and the parts' texts, decoded.
    private struct Read {
        var headers: [String: String] = [:]
        var texts: [String: String] = [:]

        init(_ message: String) {
            let bytes = message
            let halves = bytes.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
            for line in halves[0].replacing("\r\n ", with: " ").split(separator: "\r\n") {
                let parts = line.split(separator: ": ", maxSplits: 1)
                headers[String(parts[0])] = parts.count > 1 ? decodedWords(String(parts[1])) : ""
            }
            let body = halves.count > 1 ? String(halves[1]) : ""
            let type = headers["Content-Type"] ?? ""
            if let boundary = type.split(separator: "boundary=\"").dropFirst().first?.dropLast() {
                // The end of the line before a boundary is its own.
                let parts = "\r\n\(body)".split(separator: "\r\n--\(boundary)", omittingEmptySubsequences: false)
                for part in parts.dropFirst() where part.hasPrefix("\r\n") {
                    texts.merge(Read(String(part.dropFirst())).texts) { $1 }
                }
            } else {
                texts[String(type.prefix { $0 != ";" })] = unquoted(body)
            }
        }
    }

    private func keys(_ server: SMTPTestServer, _ more: String = "") -> String {
        """
        url: \(server.url)
        require_tls: false
        from: Vedette <vedette@example.org>
        to: [ops@example.org, "Ä, B <b@example.org>"]
        \(more)
        """
    }

    @Test("say what there is to say") func standard() async throws {
        let server = try SMTPTestServer()
        let outcome = await (try email(keys(server))).perform(firing(), within: 5000)
        #expect(outcome.verdict == .succeeded, "\(outcome)")
        #expect(outcome.code == 250)
        #expect(outcome.output.hasSuffix("250 taken as 42"))
        let got = try #require(server.mails.first)
        #expect(got.recipients == ["<ops@example.org>", "<b@example.org>"])
        let mail = Read(got.message)
        #expect(mail.headers["Subject"] == "[FIRING] QueueTooLong (instance=a:1, queue=mail, severity=page)")
        #expect(mail.headers["From"] == "Vedette <vedette@example.org>")
        #expect(mail.headers["To"] == "ops@example.org, Ä, B <b@example.org>")
        #expect(mail.headers["Date"] == "Sat, 21 Nov 2026 06:48:34 +0000")
        #expect(mail.headers["Message-ID"] == "<vedette.queue_too_long/1@example.org>")
        #expect(mail.headers["Content-Transfer-Encoding"] == "quoted-printable")
        #expect(
            mail.texts["text/plain"]
                == """
                [FIRING] QueueTooLong (instance=a:1, queue=mail, severity=page)\r
                \r
                The queue mail has 120 letters\r
                Value 120, threshold > 100, since 2026-11-21T06:36:40Z\r
                instance=a:1, queue=mail, severity=page\r
                https://vedette.example/graph?g0.expr=queue\r
                \r
                -- \r
                Vedette, https://vedette.example\r

                """)
        // What belongs together hangs together in a reader.
        #expect(await (try email(keys(server))).perform(resolved { $0.key = "2" }, within: 5000).verdict == .succeeded)
        let second = Read(try #require(server.mails.last).message)
        #expect(second.headers["Subject"]?.hasPrefix("[RESOLVED] ") == true)
        #expect(second.headers["References"] == mail.headers["References"])
        #expect(second.headers["Message-ID"] != mail.headers["Message-ID"])
    }

    @Test("fill in their texts") func templates() async throws {
        let server = try SMTPTestServer()
        let more = """
            hello: watch.example
            subject: "{{ .Rule }} ist Ü\\r\\nBcc: x@y"
            text: "{{ range .Alerts }}{{ .Labels.queue }}{{ end }}\\n.\\n"
            html: "<b>{{ .State }}</b>"
            """
        #expect(await (try email(keys(server, more))).perform(firing(), within: 5000).verdict == .succeeded)
        let got = try #require(server.mails.first)
        #expect(got.hello == "watch.example")
        let mail = Read(got.message)
        #expect(mail.headers["Subject"] == "queue_too_long ist Ü Bcc: x@y")
        #expect(mail.headers["Bcc"] == nil)
        #expect(mail.texts == ["text/plain": "mail\r\n.\r\n", "text/html": "<b>active</b>\r\n"])
    }

    @Test("arrive whole, whatever labels hold") func hostility() async throws {
        let server = try SMTPTestServer()
        let action = try email(keys(server, "text: \"{{ .CommonAnnotations.summary }}\""))
        for text in hostileTexts where text.utf8.count < 1 << 20 {
            let outcome = await action.perform(hostile(text), within: 5000)
            #expect(outcome.verdict == .succeeded, "\(text.prefix(20)) \(outcome)")
            let got = try #require(server.mails.last)
            #expect(got.wire.allSatisfy { $0.count <= 998 && $0.allSatisfy { $0 < 0x80 } })
            let mail = Read(got.message)
            #expect(mail.headers["X-Evil"] == nil)
            #expect(mail.headers["Subject"]?.contains("\n") == false)
            let lines = text.replacing("\r\n", with: "\n").replacing("\n", with: "\r\n")
            let whole = lines.hasSuffix("\r\n") ? lines : lines + "\r\n"
            #expect(mail.texts["text/plain"].map { sameBytes($0, whole) } == true, "\(text.prefix(20))")
        }
        let standard = try email(keys(server))
        for text in hostileTexts {
            let outcome = await standard.perform(hostile(text), within: 5000)
            #expect(outcome.verdict == .succeeded, "\(text.prefix(20)) \(outcome)")
            #expect(try #require(server.mails.last).message.utf8.count < 200_000)
        }
    }

    @Test("log in with a secret that is read anew") func login() async throws {
        var manners = SMTPTestServer.Manners()
        manners.logins = ["LOGIN", "PLAIN"]
        manners.instead = { $0.hasPrefix("RCPT TO:<b@") ? .line("550 no such user hunter2") : nil }
        let server = try SMTPTestServer(manners)
        let file = TestFile()
        let action = try email(keys(server, "auth_username: ops\nauth_password_file: \(file.path)"))
        #expect(
            await action.perform(firing(), within: 5000).error == "cannot read \(file.path): No such file or directory")
        await #expect(throws: UserError.self) { try await action.check() }
        try file.write("hunter2\n")
        let outcome = await action.perform(firing(), within: 5000)
        #expect(outcome.verdict == .succeeded)
        #expect(server.mails.first?.login == ["ops", "hunter2"])
        // One recipient was refused, which the history tells; the secret it does not.
        #expect(outcome.output.contains("550 no such user <secret>"))
    }

    @Test(
        "fail with what the server said",
        arguments: [
            (
                "AUTH", SMTPTestServer.Reply.line("535 5.7.8 wrong hunter2"), AttemptOutcome.Verdict.failed, 535,
                "the server said: 535 5.7.8 wrong <secret>"
            ),
            ("RCPT", .line("550 no"), .failed, 550, "the server said: 550 no"),
            (".", .line("451 later"), .failed, 451, "the server said: 451 later"),
            ("DATA", .hang, .timedOut, nil, "timed out"),
            ("MAIL", .close, .failed, nil, ""),
        ] as [(String, SMTPTestServer.Reply, AttemptOutcome.Verdict, Int?, String)])
    func failing(
        _ command: String, _ reply: SMTPTestServer.Reply, _ verdict: AttemptOutcome.Verdict, _ code: Int?,
        _ reason: String
    )
        async throws
    {
        var manners = SMTPTestServer.Manners()
        manners.logins = ["PLAIN"]
        manners.instead = { $0.hasPrefix(command) ? reply : nil }
        let server = try SMTPTestServer(manners)
        let action = try email(keys(server, "auth_username: u\nauth_password: hunter2"))
        let start = monotonicNanoseconds()
        let outcome = await action.perform(firing(), within: 300)
        #expect(outcome.verdict == verdict)
        #expect(outcome.code == code)
        #expect(outcome.error.hasPrefix("cannot send mail through \(server.url): \(reason)"), "\(outcome)")
        #expect(!"\(outcome)".contains("hunter2"))
        #expect(monotonicNanoseconds() - start < 1_500_000_000)
    }

    @Test("need TLS unless told otherwise") func tls() async throws {
        let server = try SMTPTestServer()
        let action = try email("{url: \"\(server.url)\", from: a@b, to: c@d}")
        let outcome = await action.perform(firing(), within: 5000)
        #expect(outcome.error == "cannot send mail through \(server.url): the server does not offer STARTTLS")
    }

    @Test("end soon when they are cancelled") func cancelling() async throws {
        var manners = SMTPTestServer.Manners()
        manners.instead = { $0 == "DATA" ? .hang : nil }
        let server = try SMTPTestServer(manners)
        let action = try email(keys(server))
        let task = Task { await action.perform(firing(), within: 60_000) }
        while !server.heard.contains("DATA") { try await Task.sleep(for: .milliseconds(1)) }
        task.cancel()
        #expect(await task.value.verdict == .cancelled)
    }

    @Test("say what they would do") func plan() throws {
        let server = try SMTPTestServer()
        let plan = try email(keys(server, "auth_username: ops\nauth_password: hunter2\ntext: \"{{ .Rule }}\"")).plan(
            firing())
        #expect(
            plan
                == """
                mail through \(server.url), also without TLS
                as ops, with the password <secret>
                From: Vedette <vedette@example.org>
                To: ops@example.org, Ä, B <b@example.org>
                Subject: [FIRING] QueueTooLong (instance=a:1, queue=mail, severity=page)

                queue_too_long
                """)
        #expect(server.heard.isEmpty)
    }

    @Test(
        "are refused where they cannot be sent",
        arguments: [
            ("{from: a@b, to: c@d}", "line 2, column 3: `url` is missing"),
            ("{url: \"smtp://h\", to: c@d}", "line 2, column 3: `from` is missing"),
            ("{url: \"smtp://h\", from: a@b}", "line 2, column 3: `to` is missing"),
            ("{url: \"smtp://h\", from: a@b, to: []}", "line 2, column 36: from 1 to 100 recipients are expected"),
            ("{url: \"smtp://h\", from: a, to: c@d}", "line 2, column 27: cannot read mail address `a`"),
            (
                "{url: \"smtp://h\", from: a@b, to: [c@d, \"x@y>\\r\\nDATA\"]}",
                "line 2, column 42: cannot read mail address `x@y>  DATA`"
            ),
            (
                "{url: \"http://h\", from: a@b, to: c@d}",
                "line 2, column 4: cannot read URL http://h: expected a form like smtp://host:port or smtps://host:port"
            ),
            (
                "{url: \"smtp://u:hunter2@h\", from: a@b, to: c@d}",
                "line 2, column 4: cannot read URL smtp://h: user and password do not stand in it"
            ),
            (
                "{url: \"smtp://h\", hello: \"a b\", from: a@b, to: c@d}",
                "line 2, column 21: cannot greet smtp://h: the name is not one of a machine"
            ),
            (
                "{url: \"smtp://h\", from: a@b, to: c@d, auth_username: u}",
                "line 2, column 3: a user and a password go together: `auth_password` is missing"
            ),
            (
                "{url: \"smtp://h\", from: a@b, to: c@d, subject: \"{{\"}",
                "line 2, column 50: cannot read template \"subject\""
            ),
            ("{url: \"smtp://h\", from: a@b, to: c@d, body: x}", "line 2, column 41: unknown key `body`"),
        ])
    func refused(_ keys: String, _ problem: String) {
        let (section, problems) = decoded(keys, EmailSection.self)
        #expect(section == nil)
        #expect(problems.contains { $0.hasPrefix(problem) }, "\(problems)")
        #expect(!problems.contains { $0.contains("hunter2") })
    }
}

/// The words of RFC 2047 in a header, read back.
private func decodedWords(_ text: String) -> String {
    var out = ""
    var wasWord = false
    for (number, word) in text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
        let isWord = word.hasPrefix("=?UTF-8?B?") && word.hasSuffix("?=")
        // The blank between two such words is none.
        if number > 0, !(isWord && wasWord) { out += " " }
        if isWord, let data = Data(base64Encoded: String(word.dropFirst(10).dropLast(2))) {
            out += String(decoding: data, as: UTF8.self)
        } else {
            out += word
        }
        wasWord = isWord
    }
    return out
}

/// Quoted-printable, read back.
private func unquoted(_ text: String) -> String {
    var out: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "=") else {
            out.append(byte)
            continue
        }
        let pair = rest.prefix(2)
        rest = rest.dropFirst(2)
        if Array(pair) != Array("\r\n".utf8) {
            out.append(UInt8(String(decoding: pair, as: UTF8.self), radix: 16) ?? 0)
        }
    }
    return String(decoding: out, as: UTF8.self)
}
