import Model

extension Router {
    /// `/api/v1/leadership`: whose turn it is to act.
    mutating func addLeadershipRoutes(_ judging: JudgingServices) {
        on(
            .get, at: "/api/v1/leadership",
            .fast { _ in
                let turn = judging.leadership()
                return APIResponse.success { json in
                    json.object { json in
                        json.member("leader", turn.isLeader)
                        json.member("epoch", turn.epoch)
                        json.member("holder", turn.holder)
                        json.times("since", turn.since)
                        json.optional("error", turn.error)
                    }
                }
            })
    }
}
