import HTTPAPI
import Model
import Synchronization

/// An API server for tests: lists in pages, watches with bookmarks, and misbehaves when asked to. It knows objects only by their paths,
/// and what stands in them not at all.
public final class FakeCluster: Sendable {
    /// A request as it came.
    public struct Asked: Sendable {
        /// The path, encoded.
        public let path: String
        /// The parameters.
        public let query: [String: String]
        /// The header that says who asks.
        public let authorization: String
    }

    /// How it answers instead of properly.
    public enum Mood: Sendable, Hashable {
        /// With a status and a `Status` object of this reason and message.
        case refusing(Int, reason: String, message: String)
        /// With what is no JSON.
        case garbage
        /// With half of what it should say.
        case cut
    }

    struct Object {
        let namespace: String
        let name: String
        let version: Int
        let json: String
    }

    struct Event {
        let collection: String
        let namespace: String
        let version: Int
        let line: String
    }

    struct State {
        var version = 100
        /// By collection (`pods`), then `namespace/name`.
        var objects: [String: [String: Object]] = [:]
        var events: [Event] = []
        /// Events up to this version are forgotten.
        var forgotten = 0
        var moods: [Mood] = []
        var asked: [Asked] = []
        var token: String?
        var isStopped = false
        /// Watches end when this changes.
        var generation = 0
        /// Leases by namespace and name: what stands in them, and their versions.
        var leases: [String: (json: JSONValue, version: Int)] = [:]
        /// Pages that were begun: what they list does not change.
        var pages: [String: (objects: [Object], version: Int)] = [:]
    }

    let state = Mutex(State())
    private let server: HTTPServer

    /// Where it listens.
    public var url: String { server.url }

    /// Starts it; with a token, only who has that is answered.
    public init(token: String? = nil) throws {
        let handle = Mutex<FakeCluster?>(nil)
        var router = Router()
        let answer: @Sendable (HTTPRequest) async throws -> HTTPResponse = { request in
            guard let cluster = handle.withLock({ $0 }) else { return .text("not yet", status: .serviceUnavailable) }
            return cluster.answer(request)
        }
        router.on(.get, at: "/api/v1/{collection}", .waiting(answer))
        router.on(.get, at: "/api/v1/namespaces/{namespace}/{collection}", .waiting(answer))
        let leases = "/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"
        router.on(.post, at: leases, .waiting(answer))
        router.on(.get, .put, at: leases + "/{name}", .waiting(answer))
        server = try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0), router: router)
        state.withLock { $0.token = token }
        handle.withLock { $0 = self }
    }

    /// Ends it.
    public func stop() async {
        state.withLock { $0.isStopped = true }
        await server.stop(within: 1000)
    }

    // MARK: What there is

    /// Puts an object, given without its braces' `resourceVersion`: `metadata` begins behind `"metadata":{`.
    public func put(
        _ collection: String, _ namespace: String, _ name: String, _ json: @Sendable (_ version: Int) -> String
    ) {
        state.withLock { state in
            state.version += 1
            let isNew = state.objects[collection]?["\(namespace)/\(name)"] == nil
            let text = json(state.version)
            state.objects[collection, default: [:]]["\(namespace)/\(name)"] = Object(
                namespace: namespace, name: name, version: state.version, json: text)
            state.events.append(
                Event(
                    collection: collection, namespace: namespace, version: state.version,
                    line: #"{"type":"\#(isNew ? "ADDED" : "MODIFIED")","object":\#(text)}"# + "\n"))
        }
    }

    /// Takes an object away.
    public func remove(_ collection: String, _ namespace: String, _ name: String) {
        state.withLock { state in
            guard let gone = state.objects[collection]?.removeValue(forKey: "\(namespace)/\(name)") else { return }
            state.version += 1
            state.events.append(
                Event(
                    collection: collection, namespace: namespace, version: state.version,
                    line: #"{"type":"DELETED","object":\#(gone.json)}"# + "\n"))
        }
    }

    /// Sends a bookmark to those who watch.
    public func bookmark(_ collection: String) {
        state.withLock { state in
            state.version += 1
            let version = state.version
            state.events.append(
                Event(
                    collection: collection, namespace: "", version: version,
                    line: #"{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"\#(version)"}}}"#
                        + "\n"))
        }
    }

    // MARK: Bad days

    /// The next requests are answered so, one each.
    public func be(_ moods: Mood...) { state.withLock { $0.moods += moods } }

    /// Forgets what has happened: who wants to go on from before now has to list again.
    public func forget() {
        state.withLock { state in
            state.forgotten = state.version
            state.events = []
            state.pages = [:]
        }
    }

    /// Ends all watches.
    public func endWatches() { state.withLock { $0.generation += 1 } }

    /// The requests so far.
    public var asked: [Asked] { state.withLock { $0.asked } }

    /// Only who has this token is answered from now on.
    public func require(token: String?) { state.withLock { $0.token = token } }

    // MARK: Answering

    private func answer(_ request: HTTPRequest) -> HTTPResponse {
        let collection = request.pathParameters["collection"] ?? ""
        let namespace = request.pathParameters["namespace"]
        let query = Dictionary(request.query.pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { a, _ in a })
        let mood = state.withLock { state -> Mood? in
            state.asked.append(
                Asked(path: request.path, query: query, authorization: request.headers["Authorization"] ?? ""))
            if let token = state.token, request.headers["Authorization"] != "Bearer \(token)" {
                return .refusing(401, reason: "Unauthorized", message: "Unauthorized")
            }
            return state.moods.isEmpty ? nil : state.moods.removeFirst()
        }
        switch mood {
        case .refusing(let status, let reason, let message): return Self.status(status, reason, message)
        case .garbage: return .bytes(Array("<html>".utf8), type: "text/html")
        case .cut:
            return .bytes(
                Array(#"{"kind":"PodList","metadata":{"resourceVersion":"1"},"items":[{"meta"#.utf8),
                type: "application/json")
        case nil: break
        }
        if request.path.contains("/leases") { return lease(request) }
        if query["watch"] == "true" { return watch(collection, namespace, query) }
        return list(collection, namespace, query)
    }

    static func status(_ code: Int, _ reason: String, _ message: String) -> HTTPResponse {
        let text =
            #"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"\#(message)","reason":"\#(reason)","code":\#(code)}"#
        return .bytes(Array(text.utf8), type: "application/json", status: HTTPStatus(rawValue: code))
    }

    private func list(_ collection: String, _ namespace: String?, _ query: [String: String]) -> HTTPResponse {
        state.withLock { state in
            var (objects, version): ([Object], Int)
            if let token = query["continue"] {
                guard let page = state.pages.removeValue(forKey: token) else {
                    return Self.status(410, "Expired", "The provided continue parameter is too old")
                }
                (objects, version) = page
            } else {
                objects = (state.objects[collection] ?? [:]).values
                    .filter { namespace == nil || $0.namespace == namespace }
                    .sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
                version = state.version
            }
            let limit = query["limit"].flatMap { Int($0) } ?? .max
            let page = objects.prefix(limit)
            let rest = Array(objects.dropFirst(limit))
            var token = ""
            if !rest.isEmpty {
                token = "page\(state.pages.count)-\(version)-\(rest.count)"
                state.pages[token] = (rest, version)
            }
            let text =
                #"{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"\#(version)","continue":"\#(token)"},"items":["#
                + page.map(\.json).joined(separator: ",") + "]}\n"
            return .bytes(Array(text.utf8), type: "application/json")
        }
    }

    private func watch(_ collection: String, _ namespace: String?, _ query: [String: String]) -> HTTPResponse {
        let from = query["resourceVersion"].flatMap { Int($0) } ?? 0
        let (generation, isTooOld) = state.withLock { ($0.generation, from < $0.forgotten) }
        return HTTPResponse(
            headers: ["Content-Type": "application/json"],
            body: .stream { [self] writer in
                if isTooOld {
                    let line =
                        #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"}}"#
                    return try await writer.write(Array((line + "\n").utf8))
                }
                var seen = from
                while true {
                    let (lines, isOver) = state.withLock { state in
                        let new = state.events.filter { $0.version > seen && $0.collection == collection }
                        seen = max(seen, new.last?.version ?? 0)
                        let mine = new.filter { namespace == nil || $0.namespace == namespace || $0.namespace.isEmpty }
                        return (mine.map(\.line).joined(), state.isStopped || state.generation != generation)
                    }
                    if !lines.isEmpty { try await writer.write(Array(lines.utf8)) }
                    if isOver { return }
                    try await Task.sleep(for: .milliseconds(5))
                }
            })
    }
}

extension FakeCluster {
    /// Puts a pod.
    public func putPod(
        _ name: String, in namespace: String = "default", uid: String? = nil, address: String = "",
        phase: String = "Running",
        labels: [String: String] = [:], annotations: [String: String] = [:], ports: [(name: String, number: Int)] = [],
        isDeleted: Bool = false, padding: Int = 0
    ) {
        func shown(_ values: [String: String]) -> String {
            var json = JSONWriter()
            json.object { json in
                for (name, value) in values.sorted(by: { $0.key < $1.key }) { json.member(name, value) }
            }
            return String(decoding: json.bytes, as: UTF8.self)
        }
        let (shownLabels, shownAnnotations) = (shown(labels), shown(annotations))
        let deleted = isDeleted ? #""deletionTimestamp":"2026-01-01T00:00:00Z","# : ""
        let shownPorts = ports.map { #"{"name":"\#($0.name)","containerPort":\#($0.number),"protocol":"TCP"}"# }
            .joined(separator: ",")
        let noise = String(repeating: "x", count: padding)
        put("pods", namespace, name) { version in
            #"""
            {"metadata":{"name":"\#(name)","namespace":"\#(namespace)","uid":"\#(uid ?? "uid-\(namespace)-\(name)")",\#(deleted)"resourceVersion":"\#(version)","labels":\#(shownLabels),"annotations":\#(shownAnnotations),"ownerReferences":[{"kind":"ReplicaSet","name":"rs","controller":true}],"managedFields":[{"manager":"\#(noise)","fieldsV1":{"f:a\"}":{}}}]},"spec":{"nodeName":"node-1","containers":[{"name":"main","image":"image:1","ports":[\#(shownPorts)]}]},"status":{"phase":"\#(phase)","podIP":"\#(address)","hostIP":"10.0.0.1","conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[{"name":"main","containerID":"containerd://1"}]}}
            """#
        }
    }
}
