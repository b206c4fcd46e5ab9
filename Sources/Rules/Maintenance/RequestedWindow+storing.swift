import Model
import Store

extension RequestedWindow {
    /// What its rows say they are.
    static let storedKind = "maintenance"

    /// The row of it.
    var stored: StoredMuting {
        var json = JSONWriter()
        json.object { json in
            json.member("created_at", createdAt)
            json.member("updated_at", updatedAt)
            json.key("window")
            json.object { json in
                json.member("name", window.name)
                json.key("matchers")
                json.value(window.matchers.matchers)
            }
        }
        return StoredMuting(
            id: id, kind: Self.storedKind, starts: from, ends: to, author: window.author, comment: window.comment,
            detail: String(decoding: json.bytes, as: UTF8.self))
    }

    /// Reads a row; throws what is wrong with it.
    init(stored: StoredMuting) throws(UserError) {
        let detail = try JSONObject(Array(stored.detail.utf8), subject: "the maintenance window \(quoted(stored.id))")
        let window = try detail.object("window")
        try self.init(
            id: stored.id, name: try window.text("name"), matchers: try MatcherSet(try window.matchers("matchers")),
            author: stored.author, comment: stored.comment, from: stored.starts, to: stored.ends,
            createdAt: try detail.integer("created_at", in: writableTimes),
            updatedAt: try detail.integer("updated_at", in: writableTimes))
    }
}
