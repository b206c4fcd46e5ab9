import Actions
import Model

/// A group of alerts, and where it stands with its action.
struct ToldGroup: Sendable, Hashable {
    var name: GroupName
    var state: AlertGroupState
    /// The number of the action that tells of it at present.
    var telling: Int64?

    /// Whether a row of the other says the same, but for what alerts say besides: after a start whoever judges them says that anew
    /// before anybody is told.
    func stands(like other: ToldGroup) -> Bool {
        telling == other.telling && state.stands(like: other.state)
    }

    /// Where it stands when these actions have ended, each well or not; nil when it is no more.
    func settled(_ ended: [Int64: Bool]) -> ToldGroup? {
        guard let telling, let succeeded = ended[telling] else { return self }
        return state.settled(succeeded: succeeded).map { ToldGroup(name: name, state: $0, telling: nil) }
    }
}

extension ToldGroup {
    /// As it is stored.
    var json: String {
        var json = JSONWriter(capacity: 512)
        json.object { json in
            json.member("route", name.route)
            json.member("action", name.action)
            json.key("labels")
            json.value(name.labels)
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
            name: GroupName(route: route, action: action, labels: Labels(json: value["labels"])),
            state: try AlertGroupState(json: Array(state.utf8)), telling: value["telling"]?.integer)
    }
}
