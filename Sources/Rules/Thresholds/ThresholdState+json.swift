import Model

// A state as its row has it. What is not there has its default, so that a newer program reads what an older one wrote.
extension ThresholdState {
    /// The JSON of the timers.
    var json: String {
        var json = JSONWriter()
        json.object { json in
            if let pendingSince { json.member("pending_since", pendingSince) }
            if let missingSince { json.member("missing_since", missingSince) }
            if isHolding { json.member("holding", true) }
            if !active.isEmpty {
                json.key("active")
                json.array { json in
                    for level in active {
                        json.object { json in
                            json.member("level", level.name)
                            json.member("since", level.since)
                            if level.heldSince != level.since { json.member("held_since", level.heldSince) }
                        }
                    }
                }
            }
            if let last {
                json.member("last_value", formatAPIValue(last.value))
                json.member("last_crossed", last.crossed.rawValue)
            }
            if !actions.isEmpty {
                json.key("actions")
                json.array { json in for action in actions { action.write(to: &json) } }
            }
            if !owed.isEmpty {
                json.key("owed")
                json.array { json in for resolve in owed { resolve.write(to: &json) } }
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Reads what was written; throws when it is no JSON.
    init(json text: String, since: Int64) throws(UserError) {
        self.init()
        let value = try JSONValue(Array(text.utf8))
        self.since = since
        pendingSince = value["pending_since"]?.integer
        missingSince = value["missing_since"]?.integer
        isHolding = value["holding"] == .boolean(true)
        for level in value["active"]?.elements ?? [] {
            guard let name = level["level"]?.text, let since = level["since"]?.integer else { continue }
            active.append(.init(name: name, since: since, heldSince: level["held_since"]?.integer))
        }
        if let text = value["last_value"]?.text,
            let number = Array(text.utf8).withUnsafeBytes({ readNumber($0)?.double })
        {
            let crossed = value["last_crossed"]?.integer ?? 0
            last = .init(value: number, crossed: CrossedLevels(rawValue: UInt8(truncatingIfNeeded: crossed)))
        }
        for action in value["actions"]?.elements ?? [] {
            if let action = ActionState(json: action) { actions.append(action) }
        }
        for resolve in value["owed"]?.elements ?? [] {
            if let resolve = OwedResolve(json: resolve) { owed.append(resolve) }
        }
    }
}

extension ThresholdState.ActionState {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("level", level)
            json.member("action", action)
            if isTold { json.member("told", true) }
            if isSilenced { json.member("silenced", true) }
            if let underWay { json.member("under_way", underWay) }
            if let pausedAt { json.member("paused_at", pausedAt) }
            if let notBefore { json.member("not_before", notBefore) }
        }
    }

    fileprivate init?(json: JSONValue) {
        guard let level = json["level"]?.text, let action = json["action"]?.text else { return nil }
        self.init(level: level, action: action)
        isTold = json["told"] == .boolean(true)
        isSilenced = json["silenced"] == .boolean(true)
        underWay = json["under_way"]?.integer
        pausedAt = json["paused_at"]?.integer
        notBefore = json["not_before"]?.integer
    }
}

extension ThresholdState.OwedResolve {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("level", wish.level)
            json.member("action", wish.action)
            json.member("since", wish.since)
            json.member("held_since", wish.heldSince)
            if wish.wasTold { json.member("told", true) }
            json.member("left", left)
        }
    }

    fileprivate init?(json: JSONValue) {
        guard let level = json["level"]?.text, let action = json["action"]?.text, let since = json["since"]?.integer,
            let left = json["left"]?.integer
        else { return nil }
        wish = .init(
            level: level, action: action, cause: .resolve, since: since,
            heldSince: json["held_since"]?.integer ?? since, wasTold: json["told"] == .boolean(true))
        self.left = left
    }
}
