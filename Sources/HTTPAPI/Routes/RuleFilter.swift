import Model
import Patterns

/// Which groups and rules of `/api/v1/rules` are wanted, refused in Prometheus's own words.
struct RuleFilter: Sendable {
    /// Whether alerts are left out.
    let excludesAlerts: Bool
    private let wantsAlerting: Bool
    private let wantsRecording: Bool
    private let names: [String]
    private let groups: [String]
    private let files: [String]
    private let selections: [[CompiledMatcher]]
    /// How many groups are wanted at the most, and the first of them.
    private let groupLimit: Int?
    private let token: String?

    /// What the parameters of a request ask for.
    init(_ parameters: APIParameters) throws(HTTPError) {
        names = parameters.all("rule_name[]")
        groups = parameters.all("rule_group[]")
        files = parameters.all("file[]")
        selections = try parameters.selections().map { matchers throws(HTTPError) in try compiled(matchers) }
        let type = parameters["type"].lowercased()
        guard ["", "alert", "record"].contains(type) else {
            throw invalidParameter("type", "not supported value \(quotedAsGo(type))")
        }
        wantsAlerting = type != "record"
        wantsRecording = type != "alert"
        excludesAlerts = try truth(parameters["exclude_alerts"].lowercased(), of: "exclude_alerts")
        groupLimit = try positive(parameters["group_limit"], of: "group_limit")
        token = parameters.text("group_next_token")
        if token != nil, groupLimit == nil {
            throw invalidParameter(
                "group_next_token", "group_limit needs to be present in order to paginate over the groups")
        }
    }

    /// What is wanted of these groups, and where to go on if that is not all.
    func page(of all: [RuleGroupInformation]) throws(HTTPError) -> (groups: [RuleGroupInformation], nextToken: String?)
    {
        var rest = all[...]
        if let token {
            rest = rest.drop { !sameBytes($0.token, token) }
            if rest.isEmpty {
                throw invalidParameter(
                    "group_next_token", "invalid group_next_token '\(token)'. were rule groups changed?")
            }
        }
        var page: [RuleGroupInformation] = []
        for group in rest {
            guard isAmong(groups, group.name), isAmong(files, group.file) else { continue }
            var wanted = group
            wanted.rules.removeAll { !wants($0) }
            if wanted.rules.isEmpty { continue }
            if page.count == groupLimit { return (page, group.token) }
            page.append(wanted)
        }
        return (page, nil)
    }

    private func wants(_ rule: RuleInformation) -> Bool {
        guard rule.alerting == nil ? wantsRecording : wantsAlerting, isAmong(names, rule.name) else { return false }
        let labels = Labels(rule.labels)
        return selections.isEmpty
            || selections.contains { matchers in matchers.allSatisfy { $0.accepts(labels[$0.matcher.name] ?? "") } }
    }
}

extension RuleGroupInformation {
    /// What a page that begins with this group is asked for by: the hexadecimal digits of where it stands.
    fileprivate var token: String {
        (file + ";" + name).utf8.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

/// Whether something is wanted: it is in the list, or there is none.
private func isAmong(_ wanted: [String], _ name: String) -> Bool {
    wanted.isEmpty || wanted.contains { sameBytes($0, name) }
}

private func compiled(_ matchers: [LabelMatcher]) throws(HTTPError) -> [CompiledMatcher] {
    do throws(UserError) {
        return try matchers.map { matcher throws(UserError) in try CompiledMatcher(matcher) }
    } catch {
        throw .api(.badData, error.message)
    }
}

/// A truth value as Go's `strconv.ParseBool` reads it; false when it is left out.
private func truth(_ text: String, of name: String) throws(HTTPError) -> Bool {
    switch text {
    case "1", "t", "true": return true
    case "", "0", "f", "false": return false
    default:
        throw invalidParameter(
            name, "error converting \(name): strconv.ParseBool: parsing \(quotedAsGo(text)): invalid syntax")
    }
}

/// A number above 0 with 32 bits; nil when it is left out.
private func positive(_ text: String, of name: String) throws(HTTPError) -> Int? {
    if text.isEmpty { return nil }
    let number: Int
    do throws(UserError) {
        number = try readInteger(text, as: "ParseInt", within: Int(Int32.min)...Int(Int32.max))
    } catch {
        throw invalidParameter(name, "\(name) needs to be a valid number: \(error.message)")
    }
    if number <= 0 { throw invalidParameter(name, "\(name) needs to be greater than 0") }
    return number
}
