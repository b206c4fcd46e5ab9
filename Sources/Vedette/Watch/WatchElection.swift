import Logging

/// Whether we run in a pod of a cluster.
func isInCluster(_ environment: [String: String]) -> Bool {
    environment["KUBERNETES_SERVICE_HOST"].map { !$0.isEmpty } ?? false
}

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
            logger.info(
                "this instance acts while it holds the lease",
                ["lease": lockName, "namespace": lockNamespace.isEmpty ? "of the service account" : lockNamespace])
        } else {
            logger.info("this instance runs alone, as the leader: it is not in a Kubernetes cluster")
        }
    }
}
