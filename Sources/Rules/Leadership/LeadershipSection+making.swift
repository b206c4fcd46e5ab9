import Model

extension LeadershipSection {
    /// The leadership that is configured. An instance without a name of its own is called by its machine and by what tells its file
    /// from others.
    func leadership(
        machine: String, appliance: String, leastEpoch: Int64, clock: any WallClock
    ) -> any Leadership {
        let name = identity ?? "\(machine)-\(appliance.prefix(8))"
        guard let lockFile else { return AloneLeadership(identity: name, epoch: 0, since: clock.now()) }
        return LeaseLeadership(
            store: LockFileLease(path: lockFile), identity: name, timing: timing, leastEpoch: leastEpoch)
    }
}
