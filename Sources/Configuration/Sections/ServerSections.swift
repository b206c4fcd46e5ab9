import Model

/// `listen`: the address that the server is bound to.
extension ListenAddress: ConfigurationSection {
    /// Reads the section.
    public init(from node: Node, in context: DecodingContext) {
        self.init()
        guard let text = context.string(node) else { return }
        do {
            self = try ListenAddress(text)
        } catch {
            context.fail(error, at: node.place)
        }
    }
}

/// `tls`: the certificate that the server shows. Paths are ready to be opened.
public struct TLSServerSection: ConfigurationSection, Hashable {
    /// The file of the certificate and its chain.
    public var certFile = ""
    /// The file of its key.
    public var keyFile = ""

    /// Reads the section.
    public init(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        certFile = fields.requiredPath("cert_file") ?? ""
        keyFile = fields.requiredPath("key_file") ?? ""
        fields.finish()
    }
}

/// `auth`: who may use the server. Without users everybody may.
public struct AuthSection: ConfigurationSection, Hashable {
    /// Somebody who may.
    public struct User: Sendable, Hashable {
        /// The name.
        public var name: String
        /// The password.
        public var password: Secret
    }

    /// The users, told apart by their names.
    public var users: [User] = []

    /// Nobody needs to say who they are.
    public init() {}

    /// Reads the section.
    public init(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        for item in fields.list("users", { $0 }) {
            let user = Fields(item, in: context)
            let name = user.required("name")
            let password = user.secret("password")
            if password == nil { context.fail("`password` or `password_file` is missing", at: user.place) }
            user.finish()
            guard let name, let password else { continue }
            if users.contains(where: { sameBytes($0.name, name) }) {
                context.fail("the user `\(name)` stands twice", at: user.place(of: "name"))
            }
            if name.contains(":") { context.fail("a user's name has no colon", at: user.place(of: "name")) }
            users.append(User(name: name, password: password))
        }
        fields.finish()
    }
}
