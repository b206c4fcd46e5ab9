import Actions
import Model

/// A group of alerts of a route with one of its actions, and where it stands.
struct ToldGroup: Sendable, Hashable {
    var route: String
    var action: String
    var labels: Labels
    var state: AlertGroupState
    /// The number of the action that tells of it at present.
    var telling: Int64?

    /// What it is stored under.
    var key: String { Self.key(route: route, action: action, labels: labels) }

    /// What the group of a route with these labels is stored under, for an action.
    static func key(route: String, action: String, labels: Labels) -> String {
        "\(route):\(labels.inBraces)/\(action)"
    }

    /// What its actions have as their origin.
    var origin: String { Self.origin + key }

    /// What the origins of all groups begin with.
    static let origin = "group:"
}

extension ToldGroup {
    /// As it is stored.
    var json: String {
        var json = JSONWriter(capacity: 512)
        json.object { json in
            json.member("route", route)
            json.member("action", action)
            json.key("labels")
            json.value(labels)
            if let telling { json.member("telling", telling) }
            json.member("state", String(decoding: state.json, as: UTF8.self))
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Reads what was stored.
    init(json text: String) throws(UserError) {
        let value = try JSONValue(Array(text.utf8))
        guard let route = value["route"]?.text, let action = value["action"]?.text, let state = value["state"]?.text
        else {
            throw UserError("cannot read a group of alerts: its route, action or state is missing")
        }
        self.init(
            route: route, action: action, labels: Labels(json: value["labels"]),
            state: try AlertGroupState(json: Array(state.utf8)), telling: value["telling"]?.integer)
    }
}
