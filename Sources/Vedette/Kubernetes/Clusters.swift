import Actions
import Collectors
import Configuration
import Glibc
import HTTPClient
import Kubernetes
import Model
import Requests
import Synchronization
import Threads

/// The clusters that are asked, each known by how it is reached: one client for all who ask the same.
final class Clusters: ClusterFinding {
    private struct Key: Hashable {
        let kubeconfig: String?
        let server: String?
        let http: HTTPClientSection
    }

    private let http: HTTPClient
    private let environment: [String: String]
    private let lane = BlockingLane()
    private let known = Mutex<[Key: ClusterClient]>([:])

    /// Clusters that are reached through a client.
    init(_ http: HTTPClient, environment: [String: String]) {
        self.http = http
        self.environment = environment
    }

    /// The cluster that we run in, or the usual kubeconfig's.
    func own() async throws(UserError) -> ClusterClient { try await cluster(for: KubernetesDiscoveryConfig()) }

    func cluster(for config: KubernetesDiscoveryConfig) async throws(UserError) -> ClusterClient {
        let key = Key(kubeconfig: config.kubeconfig, server: config.server, http: config.http)
        if let client = known.withLock({ $0[key] }) { return client }
        let environment = environment
        let access = try await lane.runInTurn {
            Result { () throws(UserError) in try reach(config, environment) }
        }.get()
        return known.withLock { known in
            if let client = known[key] { return client }
            let client = ClusterClient(access, http: http, runner: CredentialPrograms(environment: environment))
            known[key] = client
            return client
        }
    }
}

/// As the configuration says; else as the pod that we run in; else as kubectl does.
private func reach(
    _ config: KubernetesDiscoveryConfig, _ environment: [String: String]
) throws(UserError) -> ClusterAccess {
    if let file = config.kubeconfig { return try Kubeconfig(files: [file]).access() }
    if let server = config.server {
        let request = try HTTPRequest(url: server, as: config.http)
        var access = ClusterAccess(server: server)
        access.tls = request.tls
        access.proxy = request.proxy
        switch request.authentication {
        case .bearer(let token):
            if let file = config.http.authorization?.credentials?.file {
                access.credential = .tokenFile(file)
            } else {
                access.credential = .token(token)
            }
        case .basic(let user, let password): access.credential = .basic(user: user, password: password)
        case .other, nil: break
        }
        return access
    }
    if let access = try ClusterAccess.inCluster(environment) { return access }
    return try Kubeconfig(files: Kubeconfig.defaultFiles(environment)).access()
}

/// Runs the programs of kubeconfigs, in our environment with what they are told besides.
struct CredentialPrograms: CredentialRunner {
    let environment: [String: String]

    func run(
        _ command: [String], environment more: [String: String], within milliseconds: Int64
    ) async throws(UserError) -> [UInt8] {
        try await outputOfProgram(
            command, environment: environment.merging(more) { $1 }, within: milliseconds)
    }
}
