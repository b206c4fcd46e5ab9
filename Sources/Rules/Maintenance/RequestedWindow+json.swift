import Model

extension RequestedWindow {
    /// Reads a window that was sent to the API at a time: `name`, and `ends_at` or `duration`, must be there; it begins at
    /// `starts_at`, or now. Members that nobody knows are left alone.
    public init(json: [UInt8], at now: Int64, newID: () -> String = newSilenceID) throws(UserError) {
        let object = try JSONObject(json, subject: "maintenance window")
        let from = object.contains("starts_at") ? try object.time("starts_at") : now
        let to = try Self.end(of: object, from: from)
        if to <= from { throw UserError("cannot make maintenance window: it must end after it begins") }
        let matchers = object.contains("matchers") ? try object.matchers("matchers") : []
        try self.init(
            id: newID(), name: try object.text("name"), matchers: try MatcherSet(matchers),
            author: object.contains("author") ? try object.text("author") : "",
            comment: object.contains("comment") ? try object.text("comment") : "", from: from, to: to, createdAt: now,
            updatedAt: now)
    }

    private static func end(of object: JSONObject, from: Int64) throws(UserError) -> Int64 {
        switch (object.contains("ends_at"), object.contains("duration")) {
        case (true, false): return try object.time("ends_at")
        case (false, true):
            let text = try object.text("duration")
            do {
                return from.after(try parseDuration(text))
            } catch {
                throw object.wrong("duration", error.message)
            }
        default: throw UserError("cannot read maintenance window: it needs either `ends_at` or `duration`")
        }
    }

    /// Writes the window as those of the configuration, and the name that it is ended by.
    public func write(to json: inout JSONWriter, at now: Int64) {
        json.object { json in
            json.member("id", id)
            window.writeMembers(to: &json, from..<to, at: now)
            json.member("created_at", formatTimestamp(createdAt))
            json.member("updated_at", formatTimestamp(updatedAt))
        }
    }
}
