import HTTPClient
import Model
import Requests

/// `email`: sends a mail.
public struct EmailAction: Action {
    private let section: EmailSection
    private let tools: ActionTools
    private let reader: SecretReader

    /// How much longer than its time an attempt may take until the transfer is given up: it ends by itself before.
    private static let grace: Int64 = 250

    /// Mails as the configuration has them.
    public init(_ section: EmailSection, tools: ActionTools) {
        self.section = section
        self.tools = tools
        reader = SecretReader(section.secrets)
    }

    /// Looks whether its secrets can be read.
    public func check() async throws(UserError) {
        _ = try await reader.read()
    }

    /// The server, and the mail in plain words.
    public func plan(_ event: ActionEvent) throws(UserError) -> String {
        let mail = try section.mail(Filling(event: event, tools: tools, secrets: .hidden))
        let server = section.server(.hidden)
        var lines = ["mail through \(server.url)" + (server.requiresTLS ? "" : ", also without TLS")]
        if let login = server.login { lines.append("as \(login.user), with the password \(login.password)") }
        lines.append("From: \(shown(mail.from))")
        lines.append("To: \(mail.to.map(shown).joined(separator: ", "))")
        lines.append("Subject: \(mail.subject)")
        lines += ["", mail.text]
        if let html = mail.html { lines += ["", html] }
        return lines.joined(separator: "\n")
    }

    /// Hands the mail to the server.
    public func perform(_ event: ActionEvent, within milliseconds: Int64) async -> AttemptOutcome {
        let start = tools.clock.steady()
        do throws(AttemptEnded) {
            let secrets = try await reader.read(within: milliseconds)
            let left = milliseconds - (tools.clock.steady() - start)
            guard left > 0 else { throw AttemptEnded(.timedOut, nil, "timed out before anything was sent") }
            return try await send(event, secrets, within: left)
        } catch {
            return error.outcome
        }
    }

    private func send(
        _ event: ActionEvent, _ secrets: RevealedSecrets, within milliseconds: Int64
    ) async throws(AttemptEnded) -> AttemptOutcome {
        let mail: Mail
        do {
            mail = try section.mail(Filling(event: event, tools: tools, secrets: secrets))
        } catch {
            throw AttemptEnded(error)
        }
        let server = section.server(secrets)
        let sent = await inTime(milliseconds + Self.grace) { () -> Result<MailReceipt, MailFailure> in
            do throws(MailFailure) {
                return .success(try await sendMail(mail, through: server, within: milliseconds))
            } catch {
                return .failure(error)
            }
        }
        switch sent {
        case .success(let receipt):
            if !receipt.refusals.isEmpty {
                tools.logger.warn(
                    "a mail was not taken for all who were to get it",
                    ["action": event.action, "key": event.key, "server": receipt.refusals.joined(separator: "; ")])
            }
            return AttemptOutcome(.succeeded, code: receipt.reply, output: output(receipt.transcript, secrets))
        case .failure(let failure): return outcome(of: failure, secrets)
        case nil where Task.isCancelled: throw AttemptEnded(.cancelled, nil, "it was cancelled")
        case nil: throw AttemptEnded(.timedOut, nil, "cannot send mail through \(server.url): timed out")
        }
    }

    private func outcome(of failure: MailFailure, _ secrets: RevealedSecrets) -> AttemptOutcome {
        let verdict: AttemptOutcome.Verdict =
            switch failure.code {
            case .timeout: .timedOut
            case .cancelled: .cancelled
            default: .failed
            }
        return AttemptOutcome(
            verdict, code: failure.reply, output: output(failure.transcript, secrets),
            error: inOneLine(secrets.hiding(in: failure.message)))
    }

    private func output(_ transcript: String, _ secrets: RevealedSecrets) -> String {
        tailText(secrets.hiding(in: transcript).utf8, limit: AttemptOutcome.longestOutput)
    }

    private func shown(_ address: MailAddress) -> String {
        address.name.isEmpty ? address.address : "\(address.name) <\(address.address)>"
    }
}
