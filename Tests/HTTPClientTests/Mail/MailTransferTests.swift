import HTTPClient
import Model
import TestSupport
import Testing

/// Mails handed to servers, good ones and bad ones.
@Suite("Sending mail") struct MailTransferTests {
    private func mail(_ text: String = "Hello.\n", to: [String] = ["a@example.org"]) throws -> Mail {
        var mail = Mail(
            from: try MailAddress("v@example.org"), to: try to.map { address throws in try MailAddress(address) })
        mail.subject = "Hello"
        mail.text = text
        mail.identity = "k"
        return mail
    }

    private func plain(_ server: SMTPTestServer) -> MailServer {
        var plain = MailServer(url: server.url)
        plain.requiresTLS = false
        return plain
    }

    private func failure(
        _ server: MailServer, _ mail: Mail, within milliseconds: Int64 = 5000
    ) async throws -> MailFailure {
        var failure: MailFailure?
        do throws(MailFailure) {
            _ = try await sendMail(mail, through: server, within: milliseconds)
        } catch {
            failure = error
        }
        return try #require(failure, "it was sent")
    }

    @Test("sends the message as it is, dots and all") func sending() async throws {
        let server = try SMTPTestServer()
        var mail = try mail(".\n..\n.a\nend\n", to: ["a@example.org", "B <b@example.org>"])
        mail.html = "."
        var to = plain(server)
        to.hello = "watch.example"
        let receipt = try await sendMail(mail, through: to, within: 5000)
        #expect(receipt.reply == 250)
        #expect(receipt.transcript.hasSuffix("250 taken as 42"))
        let got = try #require(server.mails.first)
        #expect(got.hello == "watch.example")
        #expect(got.from.hasPrefix("<v@example.org>"))
        #expect(got.recipients == ["<a@example.org>", "<b@example.org>"])
        #expect(got.message == String(decoding: try mail.message(), as: UTF8.self))
        #expect(got.wire.contains(Array("..".utf8)) && got.wire.contains(Array("...".utf8)))
    }

    @Test("logs in", arguments: ["PLAIN", "LOGIN"]) func login(_ way: String) async throws {
        var manners = SMTPTestServer.Manners()
        manners.logins = [way]
        let server = try SMTPTestServer(manners)
        var to = plain(server)
        to.login = .init(user: "üser", password: "p\"w ü")
        let receipt = try await sendMail(mail(), through: to, within: 5000)
        #expect(server.mails.first?.login == ["üser", "p\"w ü"])
        // What was asked for a login is nobody's business.
        #expect(receipt.transcript.contains("\n235 welcome\n"))
        #expect(!receipt.transcript.contains("334"))
    }

    @Test("blames no refusal that was not the end") func oldServer() async throws {
        var manners = SMTPTestServer.Manners()
        manners.instead = { $0.hasPrefix("EHLO") ? .line("502 what?") : $0.hasPrefix("HELO") ? .line("250 test") : nil }
        let server = try SMTPTestServer(manners)
        let receipt = try await sendMail(mail(), through: plain(server), within: 5000)
        #expect(receipt.refusals == [])
        manners.instead = {
            $0.hasPrefix("EHLO")
                ? .line("502 what?") : $0.hasPrefix("HELO") ? .line("250 test") : $0 == "DATA" ? .hang : nil
        }
        let hanging = try SMTPTestServer(manners)
        let failure = try await failure(plain(hanging), mail(), within: 200)
        #expect(failure.code == .timeout)
        #expect(failure.reply == nil)
        #expect(failure.transcript.contains("502 what?"))
    }

    @Test("sends a megabyte") func large() async throws {
        let server = try SMTPTestServer()
        let mail = try mail(String(repeating: "🔥 line\n", count: 100_000))
        _ = try await sendMail(mail, through: plain(server), within: 9000)
        #expect(server.mails.first?.message.utf8.elementsEqual(try mail.message()) == true)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let command: String
        let reply: SMTPTestServer.Reply
        let code: MailFailure.Code
        let number: Int?
        let reason: String

        init(
            _ name: String, at command: String, _ reply: SMTPTestServer.Reply, _ code: MailFailure.Code, _ number: Int?,
            _ reason: String
        ) {
            testDescription = name
            self.command = command
            self.reply = reply
            self.code = code
            self.number = number
            self.reason = reason
        }
    }

    static let cases = [
        Case("a greeting that refuses", at: "", .line("554 go away"), .refused, 554, "the server said: 554 go away"),
        Case("no greeting", at: "", .hang, .timeout, nil, "timed out"),
        Case("a greeting that is none", at: "", .line("hello"), .timeout, nil, "timed out"),
        Case("closed at once", at: "", .close, .broken, nil, ""),
        Case("a sender refused", at: "MAIL", .line("550 not you"), .refused, 550, "the server said: 550 not you"),
        Case(
            "all recipients refused", at: "RCPT", .line("550 no\tsuch user"), .refused, 550,
            "the server said: 550 no such user"),
        Case("data refused", at: "DATA", .line("451 later"), .refused, 451, "the server said: 451 later"),
        Case("the mail refused", at: ".", .line("552 too much"), .refused, 552, "the server said: 552 too much"),
        Case("closed after the mail", at: ".", .close, .broken, nil, ""),
        Case("hangs after the mail", at: ".", .hang, .timeout, nil, "timed out"),
        Case("hangs after a command", at: "RCPT", .hang, .timeout, nil, "timed out"),
        Case("a wrong password", at: "AUTH", .line("535 no"), .login, 535, "the server said: 535 no"),
    ]

    @Test("ends with a reason", arguments: cases) func failing(_ wrong: Case) async throws {
        var manners = SMTPTestServer.Manners()
        manners.logins = ["PLAIN"]
        manners.instead = { command in
            command == wrong.command || !wrong.command.isEmpty && command.hasPrefix(wrong.command) ? wrong.reply : nil
        }
        let server = try SMTPTestServer(manners)
        var to = plain(server)
        to.login = .init(user: "u", password: "secret")
        let start = monotonicNanoseconds()
        let failure = try await failure(to, mail(), within: 400)
        #expect(failure.code == wrong.code)
        #expect(failure.reply == wrong.number)
        #expect(failure.message.hasPrefix("cannot send mail through \(server.url): \(wrong.reason)"))
        #expect(!failure.message.contains("secret"))
        #expect(monotonicNanoseconds() - start < 2_000_000_000)
        #expect(server.mails.isEmpty)
    }

    @Test("goes on when one of several is refused") func oneRefused() async throws {
        var manners = SMTPTestServer.Manners()
        manners.instead = { $0.hasPrefix("RCPT TO:<bad@") ? .line("550 no such user") : nil }
        let server = try SMTPTestServer(manners)
        let receipt = try await sendMail(
            mail(to: ["bad@example.org", "a@example.org"]), through: plain(server), within: 5000)
        #expect(receipt.refusals == ["550 no such user"])
        #expect(server.mails.first?.recipients == ["<a@example.org>"])
    }

    @Test("answers before the farewell, which may hang") func farewell() async throws {
        var manners = SMTPTestServer.Manners()
        manners.instead = { $0 == "QUIT" ? .hang : nil }
        let server = try SMTPTestServer(manners)
        let start = monotonicNanoseconds()
        _ = try await sendMail(mail(), through: plain(server), within: 5000)
        #expect(monotonicNanoseconds() - start < 1_000_000_000)
    }

    @Test("says nothing without TLS where that is required") func tlsRequired() async throws {
        let server = try SMTPTestServer()
        let failure = try await failure(MailServer(url: server.url), mail())
        #expect(failure.code == .tls)
        #expect(failure.message.hasSuffix("the server does not offer STARTTLS"))
        #expect(!server.heard.contains { $0.hasPrefix("MAIL") || $0.hasPrefix("AUTH") })
    }

    @Test("ends soon when it is cancelled") func cancelling() async throws {
        var manners = SMTPTestServer.Manners()
        manners.instead = { $0 == "DATA" ? .hang : nil }
        let server = try SMTPTestServer(manners)
        let to = plain(server)
        let mail = try mail()
        let task = Task { () -> MailFailure.Code? in
            do throws(MailFailure) {
                _ = try await sendMail(mail, through: to, within: 60_000)
                return nil
            } catch {
                return error.code
            }
        }
        while !server.heard.contains("DATA") { try await Task.sleep(for: .milliseconds(1)) }
        let start = monotonicNanoseconds()
        task.cancel()
        #expect(await task.value == .cancelled)
        #expect(monotonicNanoseconds() - start < 500_000_000)
        #expect(server.mails.isEmpty)
    }

    @Test("a port where nobody listens") func nobody() async throws {
        let failure = try await failure(MailServer(url: "smtp://127.0.0.1:1"), mail())
        #expect(failure.code == .unreachable)
        #expect(failure.message == "cannot send mail through smtp://127.0.0.1:1: connection refused")
    }
}

/// Mails under TLS: begun with STARTTLS, and from the first byte on.
@Suite("Sending mail by TLS", .enabled(if: TestCertificates.openssl != nil, "there is no openssl command"))
struct MailTLSTests {
    private let certificates: TestCertificates

    init() throws {
        certificates = try TestCertificates()
        try certificates.issue("server", for: ["IP:127.0.0.1"])
    }

    private func server(fromTheStart: Bool) throws -> SMTPTestServer {
        var manners = SMTPTestServer.Manners()
        manners.certificate = (certificates, "server")
        manners.isTLSFromTheStart = fromTheStart
        manners.logins = ["PLAIN"]
        return try SMTPTestServer(manners)
    }

    @Test(arguments: [false, true]) func sending(fromTheStart: Bool) async throws {
        let server = try server(fromTheStart: fromTheStart)
        var to = MailServer(url: fromTheStart ? server.secureURL : server.url)
        to.tls.authorities = .file(certificates.path("authority.pem"))
        to.login = .init(user: "u", password: "p")
        var mail = Mail(from: try MailAddress("v@example.org"), to: [try MailAddress("a@example.org")])
        mail.text = ".hidden\n"
        _ = try await sendMail(mail, through: to, within: 5000)
        let got = try #require(server.mails.first)
        #expect(got.isEncrypted)
        #expect(got.login == ["u", "p"])
        #expect(got.message.hasSuffix("\r\n\r\n.hidden\r\n"))
    }

    @Test func whoIsNotTrustedHearsNothing() async throws {
        let server = try server(fromTheStart: false)
        let mail = Mail(from: try MailAddress("v@example.org"), to: [try MailAddress("a@example.org")])
        var to = MailServer(url: server.url)
        to.requiresTLS = false
        to.login = .init(user: "u", password: "p")
        await #expect(throws: MailFailure.self) { try await sendMail(mail, through: to, within: 5000) }
        #expect(!server.heard.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
    }
}
