import Model
import Store

extension Router {
    /// `/api/v1/actions`: what has been done, and why.
    mutating func addActionRoutes(_ judging: JudgingServices, _ queries: QueryRunner, _ clock: any WallClock) {
        on(
            .get, at: "/api/v1/actions",
            .waiting { request in
                let asked = try ActionFilter(APIParameters(request), now: clock.now())
                return try await queries.run {
                    var filter = asked
                    // One more than is shown says whether there is more.
                    filter.limit += 1
                    let asOf = asked.after?.asOf ?? clock.now()
                    let found = try judging.history.actions(filter)
                    return APIResponse.success { write(found, shown: asked.limit, asOf, to: &$0) }
                }
            })
        on(
            .get, at: "/api/v1/actions/{id}",
            .waiting { request in
                let text = request.pathParameters["id"] ?? ""
                guard let id = Int64(text) else {
                    throw HTTPError.api(.badData, "cannot find action \(quoted(text)): actions have numbers")
                }
                return try await queries.run {
                    guard let whole = try judging.history.action(id) else {
                        throw HTTPError.api(.notFound, "cannot find action \(id): there is none in the history")
                    }
                    return APIResponse.success { whole.write(to: &$0) }
                }
            })
    }
}

private func write(_ found: [ActionEntry], shown: Int, _ asOf: Int64, to json: inout JSONWriter) {
    json.object { json in
        json.key("actions")
        json.array { json in
            for entry in found.prefix(shown) { entry.write(to: &json) }
        }
        json.optional("next_cursor", found.count > shown ? found.prefix(shown).last?.place(asOf: asOf).cursor : nil)
    }
}

extension ActionFilter {
    /// How an entry can have ended, or stand.
    private static let outcomes =
        StoredAction.Outcome.allCases.map(\.rawValue) + ["timed_out", StoredAttempt.interrupted]

    /// The most entries of an answer.
    private static let most = 1000

    /// What the parameters of a request ask for.
    init(_ parameters: APIParameters, now: Int64) throws(HTTPError) {
        self.init()
        rule = parameters.text("rule")
        action = parameters.text("action")
        outcome = try parameters.text("outcome").map { text throws(HTTPError) in
            guard Self.outcomes.contains(text) else {
                throw invalidParameter(
                    "outcome", "expected one of \(Self.outcomes.joined(separator: ", ")), found \(quoted(text))")
            }
            return text
        }
        since = try parameters.momentOrAge("since", now: now)
        until = try parameters.momentOrAge("until", now: now)
        if let text = parameters.text("limit") {
            guard let limit = Int(text), (1...Self.most).contains(limit) else {
                throw invalidParameter("limit", "expected a number from 1 to \(Self.most)")
            }
            self.limit = limit
        }
        if let text = parameters.text("cursor") {
            guard let place = Place(cursor: text) else {
                throw invalidParameter("cursor", "it is none that an answer had as next_cursor")
            }
            after = place
        }
    }
}

extension ActionFilter.Place {
    /// The place as text that nobody else needs to understand.
    var cursor: String {
        [time, action, Int64(attempt), asOf].map { String($0, radix: 36) }.joined(separator: ".")
    }

    /// Reads such a text; nil when it is none.
    init?(cursor: String) {
        let parts = cursor.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, let time = Int64(parts[0], radix: 36), let action = Int64(parts[1], radix: 36),
            let attempt = Int(parts[2], radix: 36), attempt >= 0, let asOf = Int64(parts[3], radix: 36)
        else { return nil }
        self.init(time: time, action: action, attempt: attempt, asOf: asOf)
    }
}
