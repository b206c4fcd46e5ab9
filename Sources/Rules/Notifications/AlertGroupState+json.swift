import Actions
import Model

// A group's state as JSON, for a column of its row.

extension AlertGroupState {
    /// Reads a state as `json` wrote it; throws when it is none.
    public init(json: [UInt8]) throws(UserError) {
        let object = try JSONObject(json, subject: "group")
        var members: [ActionAlert] = []
        for member in try object.objects("members") { members.append(try ActionAlert(member)) }
        self.init(
            members: members, nextFlush: try object.integer("next_flush", in: writableTimes),
            told: object.contains("told") ? try Told(try object.object("told")) : nil,
            outstanding: object.contains("outstanding") ? try Told(try object.object("outstanding")) : nil,
            known: object.contains("known") ? try Told(try object.object("known")) : nil)
    }

    /// The state as JSON.
    public var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("next_flush", nextFlush)
            json.key("members")
            json.array { json in
                for member in members { member.write(to: &json) }
            }
            for (name, told) in [("told", told), ("outstanding", outstanding), ("known", known)] {
                guard let told else { continue }
                json.key(name)
                told.write(to: &json)
            }
        }
        return json.bytes
    }
}

extension AlertGroupState.Told {
    fileprivate init(_ object: JSONObject) throws(UserError) {
        self.init(
            firing: try object.labelSets("firing"), resolved: try object.labelSets("resolved"),
            at: try object.integer("at", in: writableTimes))
    }

    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("at", at)
            for (name, sets) in [("firing", firing), ("resolved", resolved)] {
                json.key(name)
                json.array { json in
                    for labels in sets { json.value(labels) }
                }
            }
        }
    }
}

extension ActionAlert {
    fileprivate init(_ object: JSONObject) throws(UserError) {
        self.init()
        isFiring = try object.bool("firing")
        labels = try object.labels("labels")
        annotations = try object.labels("annotations")
        startsAt = try object.integer("starts_at", in: writableTimes)
        if object.contains("ends_at") { endsAt = try object.integer("ends_at", in: writableTimes) }
        // As text, for JSON has no NaN and no infinities.
        if object.contains("value") { value = readFloat(try object.text("value")) }
        generatorURL = try object.text("generator_url")
    }

    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("firing", isFiring)
            json.key("labels")
            json.value(labels)
            json.key("annotations")
            json.value(annotations)
            json.member("starts_at", startsAt)
            if let endsAt { json.member("ends_at", endsAt) }
            if let value { json.member("value", formatExpositionValue(value)) }
            json.member("generator_url", generatorURL)
        }
    }
}
