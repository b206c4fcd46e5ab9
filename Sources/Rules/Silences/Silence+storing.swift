import Model
import Store

extension Silence {
    /// What its rows say they are.
    static let storedKind = "silence"

    /// The row of it.
    var stored: StoredMuting {
        var json = JSONWriter()
        json.object { json in
            json.member("created_at", createdAt)
            json.member("updated_at", updatedAt)
            json.key("silence")
            write(to: &json, at: updatedAt)
        }
        return StoredMuting(
            id: id, kind: Self.storedKind, starts: from, ends: to, author: author, comment: comment,
            detail: String(decoding: json.bytes, as: UTF8.self))
    }

    /// Reads a row; throws what is wrong with it.
    init(stored: StoredMuting) throws(UserError) {
        let detail = try JSONValue(Array(stored.detail.utf8))
        let matchers = (detail["silence"]?["matchers"]?.elements ?? []).compactMap { LabelMatcher(stored: $0) }
        try self.init(
            id: stored.id, matchers: matchers, from: stored.starts, to: stored.ends, author: stored.author,
            comment: stored.comment, createdAt: detail["created_at"]?.integer ?? stored.starts,
            updatedAt: detail["updated_at"]?.integer ?? stored.starts, origin: .api)
    }
}

extension LabelMatcher {
    /// A matcher as Alertmanager's API writes it.
    fileprivate init?(stored json: JSONValue) {
        guard let name = json["name"]?.text, let value = json["value"]?.text else { return nil }
        let isEqual = json["isEqual"] != .boolean(false)
        let operation: Operation =
            json["isRegex"] == .boolean(true) ? (isEqual ? .matches : .notMatches) : (isEqual ? .equal : .notEqual)
        self.init(name, operation, value)
    }
}
