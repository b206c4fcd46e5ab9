import ClusterSupport
import Foundation
import HTTPClient
import Model
import Synchronization
import Testing

@testable import Kubernetes

/// What a watch has told, put together.
private final class Told: Sendable {
    struct State {
        var pods: [String: Pod] = [:]
        var seen: Set<String> = []
        var isListed = false
        var lists = 0
        var troubles: [String] = []
    }

    let state = Mutex(State())

    func take(_ news: WatchNews<Pod>) {
        state.withLock { state in
            switch news {
            case .listing: state.seen = []
            case .found(let pod):
                state.pods[pod.uid] = pod
                state.seen.insert(pod.uid)
            case .listed:
                state.pods = state.pods.filter { state.seen.contains($0.key) }
                state.isListed = true
                state.lists += 1
            case .gone(let pod): state.pods[pod.uid] = nil
            case .watching: break
            case .trouble(let failure): state.troubles.append(failure.message)
            }
        }
    }

    var names: [String] { state.withLock { $0.pods.values.map(\.name).sorted() } }
}

private struct NoPrograms: CredentialRunner {
    func run(_ command: [String], environment: [String: String], within: Int64) async throws(UserError) -> [UInt8] {
        throw UserError("nobody runs programs here")
    }
}

@Suite("A watch of pods")
struct ObjectWatchTests {
    /// Runs a watch, and `body` beside it.
    private func watching(
        _ cluster: FakeCluster, credential: ClusterAccess.Credential = .none, path: String = "/api/v1/pods",
        _ body: (Told) async throws -> Void
    ) async throws {
        var access = ClusterAccess(server: cluster.url)
        access.credential = credential
        access.proxy = .none
        let http = try HTTPClient()
        let client = ClusterClient(access, http: http, runner: NoPrograms())
        let told = Told()
        let watch = ObjectWatch<Pod>(client, path: path, name: "pods", chance: { 0 })
        let task = Task { await watch.run { told.take($0) } }
        let result: Result<Void, any Error>
        do {
            try await body(told)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        task.cancel()
        await task.value
        await http.close()
        await cluster.stop()
        try result.get()
    }

    private func eventually(_ what: String, _ isSo: () -> Bool) async throws {
        for _ in 0..<2000 {
            if isSo() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("not in time: \(what)")
        throw CancellationError()
    }

    @Test("lists in pages, and knows what comes and goes from there on") func follows() async throws {
        let cluster = try FakeCluster()
        for number in 0..<1201 { cluster.putPod("p\(number)", padding: 300) }
        try await watching(cluster) { told in
            try await eventually("all are listed") { told.state.withLock { $0.isListed } }
            #expect(told.names.count == 1201)
            let lists = cluster.asked.filter { $0.query["watch"] == nil }
            #expect(lists.count == 3 && lists.allSatisfy { $0.query["limit"] == "500" })
            cluster.putPod("new", address: "127.0.0.9", labels: ["a": "b"])
            cluster.remove("pods", "default", "p7")
            try await eventually("it is there, and the other one gone") {
                told.names.contains("new") && !told.names.contains("p7")
            }
            let pod = told.state.withLock { $0.pods.values.first { $0.name == "new" } }
            #expect(pod?.address == "127.0.0.9" && pod?.labels == [.init("a", "b")] && pod?.ready == "true")
            #expect(pod?.controllerKind == "ReplicaSet" && pod?.containers.first?.id == "containerd://1")
        }
    }

    @Test("goes on where it was when a watch ends, and from the last bookmark") func ends() async throws {
        let cluster = try FakeCluster()
        cluster.putPod("a")
        try await watching(cluster) { told in
            try await eventually("it is listed") { told.state.withLock { $0.isListed } }
            cluster.bookmark("pods")
            cluster.endWatches()
            // The bookmark goes out with the end.
            try await eventually("it watches again") { cluster.asked.count { $0.query["watch"] == "true" } == 2 }
            #expect(cluster.asked.last?.query["resourceVersion"] == "102")
            cluster.putPod("b")
            try await eventually("it goes on") { told.names == ["a", "b"] }
            #expect(told.state.withLock { $0.lists } == 1)
        }
    }

    @Test("lists anew when what it remembers is too old, and forgets what went meanwhile") func tooOld() async throws {
        let cluster = try FakeCluster()
        for name in ["a", "b"] { cluster.putPod(name) }
        try await watching(cluster) { told in
            try await eventually("they are listed") { told.state.withLock { $0.isListed } }
            cluster.endWatches()
            cluster.remove("pods", "default", "a")
            cluster.putPod("c")
            cluster.forget()
            try await eventually("it is listed again") { told.names == ["b", "c"] }
            #expect(told.state.withLock { $0.troubles } == [])
        }
    }

    @Test("says what is wrong, keeps what it knows, and comes back") func badDays() async throws {
        let cluster = try FakeCluster()
        cluster.putPod("a")
        cluster.be(
            .refusing(403, reason: "Forbidden", message: "pods is forbidden: User x cannot list resource pods"),
            .garbage,
            .cut)
        try await watching(cluster) { told in
            try await eventually("it is listed in the end") { told.names == ["a"] }
            let troubles = told.state.withLock { $0.troubles }
            #expect(troubles.count == 3, "\(troubles)")
            #expect(
                troubles.first
                    == "cannot list pods: pods is forbidden: User x cannot list resource pods (status 403)")
        }
    }

    @Test("reads its token again when it is turned away") func token() async throws {
        let file = FileManager.default.temporaryDirectory.path + "/token-\(UUID().uuidString)"
        try "old\n".write(toFile: file, atomically: true, encoding: .utf8)
        let cluster = try FakeCluster(token: "old")
        cluster.putPod("a")
        try await watching(cluster, credential: .tokenFile(file)) { told in
            try await eventually("it is listed") { told.names == ["a"] }
            try "new".write(toFile: file, atomically: true, encoding: .utf8)
            cluster.require(token: "new")
            cluster.endWatches()
            try await eventually("it asks with the new token") { cluster.asked.last?.authorization == "Bearer new" }
            cluster.putPod("b")
            try await eventually("it goes on") { told.names == ["a", "b"] }
            #expect(told.state.withLock { $0.troubles } == [])
        }
    }
}
