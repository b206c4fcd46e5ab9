import HTTPAPI
import Model
import Store
import Synchronization

/// What judges and acts, of cardboard.
struct FakeJudging: RulesProvider, ActionHistoryProvider {
    var groups: [RuleGroupInformation] = []
    var series: [ThresholdInformation] = []
    var entries: [ActionEntry] = []
    var wholes: [WholeAction] = []
    var leadership = LeadershipInformation(isLeader: true, epoch: 3, holder: "box-1", since: 1_700_000_000_000)
    let mutings = FakeMutings()
    let filters = Asked()

    /// The filters that the history was asked with.
    final class Asked: Sendable {
        let all = Mutex<[ActionFilter]>([])
    }

    var services: JudgingServices {
        JudgingServices(rules: self, mutings: mutings, history: self, leadership: { [leadership] in leadership })
    }

    func ruleGroups() async throws -> [RuleGroupInformation] { groups }

    func thresholds() async throws -> [ThresholdInformation] { series }

    func actions(_ filter: ActionFilter) throws -> [ActionEntry] {
        filters.all.withLock { $0.append(filter) }
        let behind =
            filter.after.flatMap { place in entries.firstIndex { $0.place(asOf: place.asOf) == place } }.map { $0 + 1 }
            ?? 0
        return Array(entries[behind...].prefix(filter.limit))
    }

    func action(_ id: Int64) throws -> WholeAction? { wholes.first { $0.action.id == id } }
}

/// Keeps bodies by their names, and refuses those that say `refuse`.
final class FakeMutings: MutingsProvider {
    private let kept = Mutex<[(id: String, json: [UInt8])]>([])
    private let asked = Mutex<[String]>([])

    /// The matchers that were asked for last.
    var lastAsked: [String] { asked.withLock { $0 } }

    func silences(having matchers: [String], at now: Int64) throws -> [[UInt8]] {
        asked.withLock { $0 = matchers }
        if matchers.contains("{") { throw HTTPError(.badRequest, "cannot read matchers \"{\"") }
        return kept.withLock { $0.map(\.json) }
    }

    func silence(_ id: String, at now: Int64) -> [UInt8]? {
        kept.withLock { $0.first { $0.id == id }?.json }
    }

    func placeSilence(_ json: [UInt8], at now: Int64) async throws -> String {
        if String(decoding: json, as: UTF8.self).contains("refuse") {
            throw HTTPError(.badRequest, "cannot make silence: refused")
        }
        return kept.withLock { kept in
            kept.append(("s\(kept.count + 1)", json))
            return "s\(kept.count)"
        }
    }

    func expireSilence(_ id: String, at now: Int64) async throws {
        try kept.withLock { kept in
            guard let place = kept.firstIndex(where: { $0.id == id }) else {
                throw HTTPError(.notFound, "cannot find silence \"\(id)\"")
            }
            kept.remove(at: place)
        }
    }

    func windows(at now: Int64) -> [[UInt8]] { kept.withLock { $0.map(\.json) } }

    func window(_ id: String, at now: Int64) -> [UInt8]? { silence(id, at: now) }

    func openWindow(_ json: [UInt8], at now: Int64) async throws -> [UInt8] {
        _ = try await placeSilence(json, at: now)
        return json
    }

    func closeWindow(_ id: String, at now: Int64) async throws { try await expireSilence(id, at: now) }
}

/// The standard routes over such judging.
func judgingClient(_ judging: FakeJudging, authenticator: (any Authenticator)? = nil) -> RouteClient {
    var services = fakeServices()
    services.judging = judging.services
    var router = Router.standard(services)
    router.authenticator = authenticator
    return RouteClient(router: router)
}
