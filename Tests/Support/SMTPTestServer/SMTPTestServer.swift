import Synchronization

/// A mail server for tests on 127.0.0.1 that takes mail, or behaves as badly as it is told.
public final class SMTPTestServer: Sendable {
    /// How it behaves where it is not told otherwise.
    public struct Manners: Sendable {
        /// The first line.
        public var greeting = "220 test ESMTP"
        /// The ways to log in that it offers: `PLAIN`, `LOGIN`.
        public var logins: [String] = []
        /// The certificate for STARTTLS: who made it, and its name. Without it STARTTLS is not offered.
        public var certificate: (TestCertificates, String)?
        /// Whether TLS is spoken from the first byte on.
        public var isTLSFromTheStart = false
        /// What it does at a command (or at `.`, the end of a mail) instead of what is right.
        public var instead: @Sendable (_ command: String) -> Reply? = { _ in nil }

        /// A good server.
        public init() {}
    }

    /// What a server does at a command.
    public enum Reply: Sendable {
        /// Says this.
        case line(String)
        /// Says nothing any more.
        case hang
        /// Closes the connection.
        case close
    }

    /// A mail as it came.
    public struct Received: Sendable {
        /// Whom the client says it is.
        public var hello = ""
        /// The user and the password, when the client logged in.
        public var login: [String] = []
        /// Whether it came by TLS.
        public var isEncrypted = false
        /// As in `MAIL FROM`, with what follows the address.
        public var from = ""
        /// As in `RCPT TO`, those that were taken.
        public var recipients: [String] = []
        /// The lines as they came over the wire, dots and all.
        public var wire: [[UInt8]] = []
        /// The message with lines ended by CRLF, the added dots taken away.
        public var message: String {
            wire.map {
                String(decoding: $0.first == UInt8(ascii: ".") ? $0.dropFirst() : $0[...], as: UTF8.self) + "\r\n"
            }
            .joined()
        }
    }

    private let received = Mutex<[Received]>([])
    private let commands = Mutex<[String]>([])
    private let server: HTTPTestServer

    /// A server with these manners.
    public init(_ manners: Manners = Manners()) throws {
        let box = Box()
        server = try HTTPTestServer { connection in
            guard let owner = box.owner else { return }
            SMTPTestSession(manners, connection, owner).run()
        }
        box.owner = self
    }

    /// `smtp://127.0.0.1:PORT`
    public var url: String { "smtp://127.0.0.1:\(server.port)" }
    /// `smtps://127.0.0.1:PORT`
    public var secureURL: String { "smtps://127.0.0.1:\(server.port)" }
    /// What was taken so far.
    public var mails: [Received] { received.withLock { $0 } }
    /// Every command so far.
    public var heard: [String] { commands.withLock { $0 } }

    func take(_ mail: Received) { received.withLock { $0.append(mail) } }
    func hear(_ command: String) { commands.withLock { $0.append(command) } }

    /// The way from the connections back to their server, which ends with the last reference to it.
    private final class Box: Sendable {
        private struct Weak { weak var server: SMTPTestServer? }
        private let held = Mutex(Weak())
        var owner: SMTPTestServer? {
            get { held.withLock { $0.server } }
            set { held.withLock { $0.server = newValue } }
        }
    }
}
