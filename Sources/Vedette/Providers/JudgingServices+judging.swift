import HTTPAPI
import Rules
import Store

extension JudgingServices {
    /// What judges and acts, for the routes; `file` is the configuration's, empty where there is none.
    init(_ judging: Judging, store: Store, file: String) {
        self.init(
            rules: JudgedRules(judging: judging, file: file), mutings: KeptMutings(mutings: judging.mutings),
            history: StoreActions(store: store),
            leadership: { LeadershipInformation(judging.turn) })
    }
}

extension LeadershipInformation {
    fileprivate init(_ status: LeadershipStatus) {
        self.init(
            isLeader: status.isLeader, epoch: status.epoch, holder: status.holder, since: status.since,
            error: status.error)
    }
}
