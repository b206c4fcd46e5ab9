import Logging

extension WatchSettings.Election {
    /// Says who acts, where several instances may watch.
    func tell(_ logger: Logger, isInCluster: Bool) {
        if !isEnabled {
            logger.info("leader election is switched off: this instance acts, whoever else does")
            if lockFile != nil {
                logger.warn("LEADER_ELECTION_LOCK_FILE has no effect with LEADER_ELECTION_ENABLED=false")
            }
        } else if let lockFile {
            logger.info("this instance acts while it holds the lease", ["lock_file": lockFile])
        } else if isInCluster {
            logger.warn(
                """
                leases of Kubernetes are not supported yet: this instance runs alone and acts, whoever else does; run one \
                replica, or set LEADER_ELECTION_LOCK_FILE to a file on a volume that all replicas share
                """, ["lease": lockName, "namespace": lockNamespace.isEmpty ? "of the service account" : lockNamespace])
        } else {
            logger.info("this instance runs alone, as the leader: it is not in a Kubernetes cluster")
        }
    }
}
