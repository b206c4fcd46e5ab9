import Kubernetes
import Model

/// Reaches the cluster that we belong to; throws why it cannot.
public typealias ClusterReaching = @Sendable () async throws(UserError) -> ClusterClient

extension LeadershipSection {
    /// The leadership that is configured. An instance without a name of its own is called by its machine and by what tells its file
    /// from others.
    func leadership(
        machine: String, appliance: String, leastEpoch: Int64, clock: any WallClock,
        cluster: @escaping ClusterReaching
    ) -> any Leadership {
        let name = identity ?? "\(machine)-\(appliance.prefix(8))"
        let store: any LeaseStore
        if let lockFile {
            store = LockFileLease(path: lockFile)
        } else if let lease {
            store = ClusterLease(namespace: lease.namespace, name: lease.name, clock: clock, client: cluster)
        } else {
            return AloneLeadership(identity: name, epoch: 0, since: clock.now())
        }
        return LeaseLeadership(store: store, identity: name, timing: timing, leastEpoch: leastEpoch)
    }

    /// Whether there may be others.
    var isAlone: Bool { lockFile == nil && lease == nil }
}
