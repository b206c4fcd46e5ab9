import Model

// A silence as version 2 of Alertmanager's API has it, so that its clients can be used.

extension Silence {
    /// A time of Go that was not set, which for Alertmanager is now.
    private static let unsetTime: Int64 = -62_135_596_800_000

    /// Reads a silence that was sent to the API at a time; members that nobody knows are left alone. Whether it can be had is
    /// for `SilenceBook.placing` to say.
    public init(json: [UInt8], at now: Int64) throws(UserError) {
        let object = try JSONObject(json, subject: "silence")
        let from = try object.time("startsAt")
        let to = try object.time("endsAt")
        let begin = from == Self.unsetTime ? now : from
        if to <= begin { throw UserError("cannot make silence: it must end after it begins") }
        self = try Silence(
            id: object.contains("id") ? try object.text("id") : "", matchers: try object.matchers("matchers"),
            from: begin, to: to, author: try object.text("createdBy"), comment: try object.text("comment"),
            createdAt: now, updatedAt: now, origin: .api)
    }

    /// Writes the silence with its state at a time.
    public func write(to json: inout JSONWriter, at now: Int64) {
        json.object { json in
            json.member("id", id)
            json.key("status")
            json.object { $0.member("state", state(at: now).rawValue) }
            json.member("updatedAt", formatTimestamp(updatedAt))
            json.member("startsAt", formatTimestamp(from))
            json.member("endsAt", formatTimestamp(to))
            json.member("createdBy", author)
            json.member("comment", comment)
            json.key("matchers")
            json.value(matchers.matchers)
            // Clients of today's Alertmanager insist on it.
            json.key("annotations")
            json.object { _ in }
            json.member("origin", origin.rawValue)
        }
    }
}
