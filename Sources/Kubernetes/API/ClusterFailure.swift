import Model

/// Why the API server did not do what it was asked.
public struct ClusterFailure: Error, Sendable, Hashable {
    /// The status of its answer; nil when there was none.
    public var status: Int?
    /// What it calls that, such as `Expired`; empty where it does not say.
    public var reason = ""
    /// One line for people.
    public var message: String
    /// How long it asks us to wait, in milliseconds.
    public var retryAfter: Int64?

    /// A failure with its line.
    public init(status: Int? = nil, reason: String = "", _ message: String) {
        self.status = status
        self.reason = reason
        self.message = message
    }

    /// What was being read there is too old: it has to be listed again.
    public var isExpired: Bool { status == 410 || reason == "Expired" || reason == "Gone" }

    /// Somebody else has changed or made it meanwhile.
    public var isConflict: Bool { status == 409 }

    /// It is not there.
    public var isMissing: Bool { status == 404 }
}

extension ClusterFailure: CustomStringConvertible {
    /// The line.
    public var description: String { message }
}

extension ClusterFailure {
    /// What an answer says that is no success. The server's own words name the verb and the resource where rights are missing.
    init(_ task: String, status: Int, body: [UInt8], retryAfter: String?) {
        let read = Result { () throws(UserError) in try JSONValue(body) }
        let answer: JSONValue? = if case .success(let value) = read { value } else { nil }
        self.init(task, status: status, answer, plain: body)
        self.retryAfter = retryAfter.flatMap { Int64($0) }.flatMap { $0 < 0 || $0 > 3600 ? nil : $0 * 1000 }
    }

    /// What a `Status` object says.
    init(_ task: String, status: Int, _ answer: JSONValue?, plain: [UInt8] = []) {
        let isStatus = answer?["kind"]?.text == "Status"
        let words = isStatus ? answer?["message"]?.text ?? "" : ""
        let code = isStatus ? answer?["code"]?.integer.flatMap { Int(exactly: $0) } : nil
        let shown = words.isEmpty ? Self.firstLine(plain) : Self.firstLine(Array(words.utf8))
        self.init(
            status: code ?? status, reason: isStatus ? answer?["reason"]?.text ?? "" : "",
            "cannot \(task): " + (shown.isEmpty ? "status \(code ?? status)" : "\(shown) (status \(code ?? status))"))
    }

    private static func firstLine(_ bytes: [UInt8]) -> String {
        let line = bytes.prefix(500).prefix { $0 != 0x0a && $0 != 0x0d }
        return String(decoding: line, as: UTF8.self)
    }
}
