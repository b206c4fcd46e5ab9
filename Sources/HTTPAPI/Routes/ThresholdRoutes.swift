import Model

extension Router {
    /// `/api/v1/thresholds`: the series of thresholds and how they stand, with the filters `name` and `state`.
    mutating func addThresholdRoutes(_ judging: JudgingServices) {
        on(
            .get, at: "/api/v1/thresholds",
            .waiting { request in
                let parameters = try APIParameters(request)
                let (name, state) = (parameters.text("name"), parameters.text("state"))
                if let state, !states.contains(state) {
                    throw invalidParameter(
                        "state", "expected one of \(states.joined(separator: ", ")), found \(quoted(state))")
                }
                let found = try await judging.rules.thresholds().filter { threshold in
                    (name.map { sameBytes($0, threshold.name) } ?? true)
                        && (state.map { sameBytes($0, threshold.state) } ?? true)
                }
                return try PiecewiseAnswer(
                    count: found.count, elements: { range, json in for one in found[range] { one.write(to: &json) } }
                ).response()
            })
    }
}

/// How a series of a threshold can stand.
private let states = ["ok", "pending", "active", "soft", "hard", "no_data"]

extension ThresholdInformation {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("name", name)
            json.member("query", query)
            json.key("labels")
            json.value(labels)
            json.member("state", state)
            json.times("since", since)
            json.optional("value", value)
            json.times("missing_since", missingSince)
            json.times("pending_since", pendingSince)
            json.times("evaluated", evaluated)
            json.member("error", error)
            json.key("actions")
            json.array { json in
                for action in actions { action.write(to: &json) }
            }
        }
    }
}

extension ThresholdInformation.Action {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("level", level)
            json.member("action", action)
            json.member("standing", standing)
            json.times("until", until)
            json.optional("id", id)
        }
    }
}
