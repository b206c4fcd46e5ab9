import Configuration
import Model

/// Secrets that were read for one request, so that making it never waits for a file.
public struct RevealedSecrets: Sendable {
    private var texts: [Secret: String] = [:]

    /// Reads them now, which may block where one stands in a file; throws when one cannot be read.
    public init(_ secrets: [Secret]) throws(UserError) {
        for secret in secrets { texts[secret] = try secret.reveal() }
    }

    private init() {}

    /// None of them: whatever is made with these shows `<secret>` in their places.
    public static let hidden = RevealedSecrets()

    /// The secret's text; `<secret>` when it is not among them.
    public subscript(_ secret: Secret) -> String { texts[secret] ?? secret.description }

    /// Words that come from elsewhere, without these secrets: a server may send back what it was sent.
    public func hiding(in words: String) -> String {
        texts.values.reduce(words) { hiding($1, in: $0) }
    }

    /// The same for one more text.
    public func hiding(_ secret: String, in words: String) -> String {
        // What is shorter is guessed rather than read, and stands in too many words.
        guard secret.utf8.count >= 6 else { return words }
        return words.replacing(secret, with: "<secret>")
    }
}
