import Configuration
import HTTPClient
import Model
import Requests

/// `email`: a mail, handed to a server by SMTP.
public struct EmailSection: ConfigurationSection {
    let from: MailAddress?
    let to: [MailAddress]
    let subject: TextTemplate?
    let text: TextTemplate?
    let html: TextTemplate?
    let login: (user: String, password: Secret)?
    private let url: String
    private let hello: String?
    private let requiresTLS: Bool
    private let tls: TLSClientSection

    /// As many can get one mail.
    private static let mostRecipients = 100

    /// Reads the section.
    public init(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        url = fields.required("url") ?? ""
        hello = fields.string("hello")
        requiresTLS = fields.bool("require_tls") ?? true
        tls = fields.section("tls_config") ?? TLSClientSection()
        let user = fields.string("auth_username")
        let password = fields.secret("auth_password")
        if (user == nil) != (password == nil) {
            let missing = user == nil ? "auth_username" : "auth_password"
            context.fail("a user and a password go together: `\(missing)` is missing", at: fields.place)
        }
        login = user.flatMap { user in password.map { (user, $0) } }
        from = fields.node("from").flatMap { address($0, in: context) }
        if fields.node("from") == nil { context.fail("`from` is missing", at: fields.place) }
        to = Self.recipients(fields)
        subject = TextTemplate(fields, "subject")
        text = TextTemplate(fields, "text")
        html = TextTemplate(fields, "html")
        checkServer(fields)
        fields.finish()
    }

    private static func recipients(_ fields: Fields) -> [MailAddress] {
        guard let node = fields.node("to") else {
            fields.context.fail("`to` is missing", at: fields.place)
            return []
        }
        // One alone needs no list.
        if case .scalar = node.content { return address(node, in: fields.context).map { [$0] } ?? [] }
        let items = fields.context.list(node)
        if items.isEmpty || items.count > mostRecipients {
            fields.context.fail("from 1 to \(mostRecipients) recipients are expected", at: node.place)
        }
        return items.prefix(mostRecipients).compactMap { address($0, in: fields.context) }
    }

    private func checkServer(_ fields: Fields) {
        guard !url.isEmpty else { return }
        do {
            try server(.hidden).check()
        } catch {
            let key = hello != nil && error.message.hasPrefix("cannot greet") ? "hello" : "url"
            fields.context.fail(error.message, at: fields.place(of: key))
        }
    }

    /// Everything that must be read before a mail can be sent.
    var secrets: [Secret] { tls.secrets + (login.map { [$0.password] } ?? []) }

    /// The server.
    func server(_ secrets: RevealedSecrets) -> MailServer {
        var server = MailServer(url: url)
        server.hello = hello
        server.requiresTLS = requiresTLS
        server.tls = TLSOptions(tls, secrets)
        server.login = login.map { MailServer.Login(user: $0.user, password: secrets[$0.password]) }
        return server
    }

    /// The mail for an event.
    func mail(_ filling: Filling) throws(UserError) -> Mail {
        guard let from else { throw UserError("cannot write a mail: nobody sends it") }
        let event = filling.event
        let words = EventText(event)
        var mail = Mail(from: from, to: to)
        mail.subject = shortened(try filling.line(subject, or: words.title), to: 250)
        mail.text = try filling.text(text, or: standardText(words, filling.home))
        if let html { mail.html = try html.expand(filling) }
        mail.date = filling.tools.clock.now()
        mail.identity = event.key.isEmpty ? "\(event.id)" : event.key
        mail.conversation = "group \(event.groupKey)"
        return mail
    }

    private func standardText(_ words: EventText, _ home: String) -> String {
        "\(words.title)\n\n\(words.text)\n\n-- \nVedette\(home.isEmpty ? "" : ", \(home)")\n"
    }
}

private func address(_ node: Node, in context: DecodingContext) -> MailAddress? {
    guard let text = context.string(node) else { return nil }
    do {
        return try MailAddress(text)
    } catch {
        context.fail(error.message, at: node.place)
        return nil
    }
}
