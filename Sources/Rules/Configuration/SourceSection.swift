import Configuration
import Model

/// `source:` – a server with Prometheus's query API that is asked in place of the store.
public struct SourceSection: ConfigurationSection, Hashable {
    /// Where it is, without the path of the API.
    public var url = ""
    /// How it is spoken to.
    public var http = HTTPClientSection()
    /// How long an answer may take, in milliseconds.
    public var timeout: Int64 = 10_000

    /// Where it is, as it may be shown.
    public var shownURL: String { withoutPassword(url) }

    /// A server at this place.
    public init(url: String) { self.url = url }

    /// Reads the section.
    public init(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        url = fields.required("url") ?? ""
        if !url.isEmpty, !url.hasPrefix("http://"), !url.hasPrefix("https://") {
            context.fail("the URL of a source begins with http:// or https://", at: fields.place(of: "url"))
        }
        while url.hasSuffix("/") { url.removeLast() }
        if let timeout = fields.duration("timeout") {
            self.timeout = timeout
            if timeout <= 0 { context.fail("the timeout must be longer than 0", at: fields.place(of: "timeout")) }
        }
        http = HTTPClientSection(fields)
        fields.finish(notYet: HTTPClientSection.notYet)
    }
}
