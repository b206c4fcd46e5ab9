/// Why a mail was not handed over: a code to decide by, and a sentence to show.
public struct MailFailure: Error, Sendable, Hashable {
    /// The kinds of failure.
    public enum Code: Sendable, Hashable, CaseIterable {
        /// An address, a header or the server's URL cannot be used.
        case badMail
        /// The server cannot be reached: its name is not known, or there is no connection.
        case unreachable
        /// No agreement on TLS, or no trust in the certificate.
        case tls
        /// User or password are not accepted.
        case login
        /// The server does not want the mail, or none of its recipients.
        case refused
        /// The time was up.
        case timeout
        /// The connection broke, or what came is not SMTP.
        case broken
        /// The caller did not want it any more.
        case cancelled
        /// Something in the machine or in libcurl that no server is to blame for.
        case `internal`
    }

    /// What to decide by.
    public var code: Code
    /// One line: "cannot …: reason". No user and no password stand in it.
    public var message: String
    /// The number of the reply that ended it; nil where there was none.
    public var reply: Int?
    /// The end of what the server said.
    public var transcript = ""

    /// A failure with its sentence.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension MailFailure: CustomStringConvertible {
    /// The sentence.
    public var description: String { message }
}

/// What the server said to a mail that it took.
public struct MailReceipt: Sendable, Hashable {
    /// The number of its last reply.
    public var reply: Int
    /// The end of what it said.
    public var transcript: String
    /// Its replies to recipients that it refused while it took others.
    public var refusals: [String]
}
