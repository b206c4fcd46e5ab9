import Kubernetes
import Model

/// Whoever knows how to reach clusters.
public protocol ClusterFinding: Sendable {
    /// The client for a discovery; throws why there is none.
    func cluster(for config: KubernetesDiscoveryConfig) async throws(UserError) -> ClusterClient
}

/// Nobody is configured to look for pods.
public struct NoClusters: ClusterFinding {
    /// No clusters.
    public init() {}

    /// There is none.
    public func cluster(for config: KubernetesDiscoveryConfig) async throws(UserError) -> ClusterClient {
        throw UserError("no cluster can be reached from here")
    }
}

/// The pods of one `kubernetes_sd_configs` entry, as they come and go.
struct PodSource: Sendable {
    /// What happens within so many milliseconds is told together: pods come in crowds.
    private static let pause: Int64 = 200

    let config: KubernetesDiscoveryConfig
    let clusters: any ClusterFinding
    let clock: any Clock<Duration>

    /// Reports groups whenever they have changed, and problems, until the task is cancelled.
    func run(_ report: @escaping @Sendable ([TargetGroup]?, [String]) -> Void) async {
        guard let client = await client(report) else { return }
        let table = PodTable()
        await withDiscardingTaskGroup { group in
            for watch in watches(client) {
                group.addTask {
                    let slot = table.newSlot()
                    await watch.run { table.take($0, slot) }
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    if let (groups, problems) = table.news() { report(groups, problems) }
                    do {
                        try await clock.sleep(for: .milliseconds(Self.pause), tolerance: .milliseconds(20))
                    } catch {
                        return
                    }
                }
            }
        }
    }

    /// A kubeconfig may be written later than we start.
    private func client(_ report: ([TargetGroup]?, [String]) -> Void) async -> ClusterClient? {
        while !Task.isCancelled {
            do throws(UserError) {
                return try await clusters.cluster(for: config)
            } catch {
                report(nil, ["cannot discover pods: \(error)"])
            }
            do {
                try await clock.sleep(for: .milliseconds(5000), tolerance: .milliseconds(500))
            } catch {
                return nil
            }
        }
        return nil
    }

    private func watches(_ client: ClusterClient) -> [ObjectWatch<Pod>] {
        var selectors: [(name: String, value: String)] = []
        if !config.labelSelector.isEmpty { selectors.append(("labelSelector", config.labelSelector)) }
        if !config.fieldSelector.isEmpty { selectors.append(("fieldSelector", config.fieldSelector)) }
        var namespaces = config.namespaces
        if config.ownNamespace, let own = client.access.namespace, !namespaces.contains(own) { namespaces.append(own) }
        if namespaces.isEmpty {
            return [ObjectWatch(client, path: "/api/v1/pods", name: "pods", selectors: selectors)]
        }
        return namespaces.map { namespace in
            ObjectWatch(
                client, path: "/api/v1/namespaces/\(namespace)/pods", name: "pods of the namespace \(namespace)",
                selectors: selectors)
        }
    }
}
