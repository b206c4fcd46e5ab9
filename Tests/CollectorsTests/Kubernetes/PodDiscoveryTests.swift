import ClusterSupport
import Configuration
import Foundation
import HTTPClient
import Kubernetes
import Logging
import Model
import Testing

@testable import Collectors

@Suite("The targets of a pod")
struct PodTargetTests {
    private var pod: Pod {
        var pod = Pod()
        (pod.uid, pod.namespace, pod.name, pod.address) = ("u", "shop", "web-0", "10.1.2.3")
        (pod.node, pod.hostAddress, pod.phase, pod.ready) = ("n", "10.0.0.1", "Running", "true")
        (pod.controllerKind, pod.controllerName) = ("StatefulSet", "web")
        pod.labels = [.init("app.kubernetes.io/name", "é"), .init("app_kubernetes_io_name", "other")]
        pod.annotations = [.init("prometheus.io/scrape", "true")]
        var main = Pod.Container()
        (main.name, main.image, main.id) = ("main", "i:1", "containerd://7")
        main.ports = [.init(name: "http", number: 8080), .init(name: "", number: 9, network: "UDP")]
        var setup = Pod.Container()
        (setup.name, setup.image, setup.isInit) = ("setup", "i:2", true)
        pod.containers = [setup, main]
        return pod
    }

    @Test("have Prometheus's labels")
    func labels() throws {
        let groups = TargetGroup.groups(of: pod)
        #expect(groups.map(\.targets) == [["10.1.2.3"], ["10.1.2.3:8080"], ["10.1.2.3:9"]])
        let common: Labels = [
            "__meta_kubernetes_namespace": "shop", "__meta_kubernetes_pod_name": "web-0",
            "__meta_kubernetes_pod_ip": "10.1.2.3", "__meta_kubernetes_pod_ready": "true",
            "__meta_kubernetes_pod_phase": "Running", "__meta_kubernetes_pod_node_name": "n",
            "__meta_kubernetes_pod_host_ip": "10.0.0.1", "__meta_kubernetes_pod_uid": "u",
            "__meta_kubernetes_pod_controller_kind": "StatefulSet",
            "__meta_kubernetes_pod_controller_name": "web",
            "__meta_kubernetes_pod_label_app_kubernetes_io_name": "é",
            "__meta_kubernetes_pod_labelpresent_app_kubernetes_io_name": "true",
            "__meta_kubernetes_pod_annotation_prometheus_io_scrape": "true",
            "__meta_kubernetes_pod_annotationpresent_prometheus_io_scrape": "true",
        ]
        var http = common
        for (name, value) in [
            ("container_name", "main"), ("container_image", "i:1"), ("container_id", "containerd://7"),
            ("container_init", "false"), ("container_port_name", "http"), ("container_port_number", "8080"),
            ("container_port_protocol", "TCP"),
        ] { http.set("__meta_kubernetes_pod_\(name)", value) }
        #expect(Labels(groups[1].labels) == http)
        #expect(groups[0].labels.contains(Label("__meta_kubernetes_pod_container_init", "true")))
        #expect(!groups[0].labels.contains { $0.name.contains("port") })
    }

    @Test("are none before it has an address, and have brackets where that is an IPv6 one")
    func addresses() {
        var pod = pod
        pod.address = ""
        #expect(TargetGroup.groups(of: pod).isEmpty)
        pod.address = "fd00::1"
        #expect(TargetGroup.groups(of: pod).map(\.targets) == [["[fd00::1]"], ["[fd00::1]:8080"], ["[fd00::1]:9"]])
    }
}

/// A cluster of the test's.
private struct OneCluster: ClusterFinding {
    let client: ClusterClient

    func cluster(for config: KubernetesDiscoveryConfig) async throws(UserError) -> ClusterClient { client }
}

private struct NoPrograms: CredentialRunner {
    func run(_ command: [String], environment: [String: String], within: Int64) async throws(UserError) -> [UInt8] {
        throw UserError("nobody runs programs here")
    }
}

private struct NoFetcher: HTTPFetching {
    func fetch(_ request: DiscoveryRequest) async throws(UserError) -> DiscoveryAnswer { throw UserError("no") }
}

@Suite("Discovery of pods")
struct PodDiscoveryTests {
    @Test("tells of a pod within a second, and of each that leaves, whatever the reason", .timeLimit(.minutes(1)))
    func comingAndGoing() async throws {
        let cluster = try FakeCluster()
        let annotations = ["prometheus.io/scrape": "true"]
        for name in ["a", "b", "c", "d"] {
            cluster.putPod(
                name, address: "127.0.0.\(name.utf8.first ?? 0)", annotations: annotations, ports: [("http", 80)])
        }
        var access = ClusterAccess(server: cluster.url)
        access.proxy = .none
        let http = try HTTPClient()
        var job = ScrapeConfig(jobName: "pods")
        job.kubernetesDiscovery = [KubernetesDiscoveryConfig()]
        let sink = RecordingSink()
        let discovery = Discovery(
            jobs: [job], sink: sink, fetcher: NoFetcher(),
            clusters: OneCluster(client: ClusterClient(access, http: http, runner: NoPrograms())),
            memory: DiscoveryMemory(), logger: Logger(level: .error))
        let task = Task { await discovery.run() }
        func wait(for names: [String]) async throws {
            let deadline = ContinuousClock.now + .seconds(2)
            while ContinuousClock.now < deadline {
                let found = sink.all.last?.targets.compactMap { $0.discoveredLabels["__meta_kubernetes_pod_name"] }
                if found?.sorted() == names { return }
                try await Task.sleep(for: .milliseconds(5))
            }
            Issue.record("not within a second: \(names), but \(String(describing: sink.all.last?.targets.count))")
        }
        try await wait(for: ["a", "b", "c", "d"])
        cluster.putPod("e", address: "127.0.0.5", ports: [("http", 80)])
        try await wait(for: ["a", "b", "c", "d", "e"])
        cluster.remove("pods", "default", "a")
        try await wait(for: ["b", "c", "d", "e"])
        cluster.putPod("b", address: "127.0.0.98", phase: "Succeeded", ports: [("http", 80)])
        try await wait(for: ["c", "d", "e"])
        cluster.putPod("c", address: "", ports: [("http", 80)])
        try await wait(for: ["d", "e"])
        cluster.be(.refusing(403, reason: "Forbidden", message: "pods is forbidden"))
        cluster.endWatches()
        cluster.remove("pods", "default", "d")
        try await wait(for: ["e"])
        // What was wrong meanwhile was said, and is no more.
        let said = ["cannot watch pods: pods is forbidden (status 403)"]
        func isOver() -> Bool { sink.all.contains { $0.problems == said } && sink.all.last?.problems == [] }
        for _ in 0..<1000 where !isOver() { try await Task.sleep(for: .milliseconds(5)) }
        #expect(isOver())
        task.cancel()
        await task.value
        await http.close()
        await cluster.stop()
    }
}
