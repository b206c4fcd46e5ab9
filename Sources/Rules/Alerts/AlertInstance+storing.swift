import Model
import Store

extension AlertInstance {
    /// When the state that it is in began.
    var stateSince: Int64 {
        switch state {
        case .pending: activeAt
        case .firing: firedAt ?? activeAt
        case .inactive: resolvedAt ?? activeAt
        }
    }

    /// Moves every time by so much: the clock was set.
    mutating func shift(by milliseconds: Int64) {
        activeAt.shift(by: milliseconds)
        firedAt?.shift(by: milliseconds)
        resolvedAt?.shift(by: milliseconds)
        keepFiringSince?.shift(by: milliseconds)
    }

    /// What its row has besides the columns. The rule's labels tell rules of one name apart.
    func json(ofRuleWith labels: [Label]) -> String {
        var json = JSONWriter()
        json.object { json in
            json.member("active_at", activeAt)
            if let firedAt { json.member("fired_at", firedAt) }
            if let resolvedAt { json.member("resolved_at", resolvedAt) }
            if let keepFiringSince { json.member("keep_firing_since", keepFiringSince) }
            for (name, pairs) in [("annotations", annotations), ("rule_labels", labels)] where !pairs.isEmpty {
                json.key(name)
                json.object { json in for pair in pairs { json.member(pair.name, pair.value) } }
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

/// An alert as its row has it.
struct StoredAlert {
    var instance: AlertInstance
    /// The labels of its rule, sorted by name.
    var ruleLabels: [Label]

    /// Reads a row; throws what is wrong with it. The value stands with the group.
    init(_ row: JudgedInstance) throws(UserError) {
        let detail = try JSONValue(Array(row.detail.utf8))
        guard let state = AlertInstance.State(rawValue: row.state) else {
            throw UserError("cannot read an alert: \(quoted(row.state)) is no state")
        }
        instance = AlertInstance(
            labels: readLabels(row.series), annotations: Self.pairs(detail["annotations"]), state: state, value: .nan,
            activeAt: detail["active_at"]?.integer ?? row.since, firedAt: detail["fired_at"]?.integer,
            resolvedAt: detail["resolved_at"]?.integer, keepFiringSince: detail["keep_firing_since"]?.integer)
        ruleLabels = Self.pairs(detail["rule_labels"])
    }

    private static func pairs(_ json: JSONValue?) -> [Label] {
        (json?.members ?? [:]).compactMap { name, value in value.text.map { Label(name, $0) } }
            .sorted { bytesPrecede($0.name, $1.name) }
    }
}
