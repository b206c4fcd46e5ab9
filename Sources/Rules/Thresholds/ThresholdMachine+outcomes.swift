extension ThresholdRule {
    /// Notes how an action of a level ended. The pause begins when it succeeded; one that failed for good is due again.
    public func note(
        _ action: Int64, succeeded: Bool, cause: ThresholdWish.Cause, _ state: inout ThresholdState, at now: Int64
    ) {
        guard let at = state.actions.firstIndex(where: { $0.standing == .outstanding(action: action) }) else { return }
        let name = state.actions[at].level
        let level = levels.first { $0.name == name }
        let isActive = state.active.contains { $0.name == name }
        if succeeded {
            let until = level?.backoff.map { now.after($0) }
            if isActive || until != nil {
                state.actions[at].standing = .done(until: until)
            } else {
                state.actions.remove(at: at)
            }
        } else if isActive {
            state.actions[at].standing = cause == .repeat ? .done(until: now) : .due
        } else {
            state.actions.remove(at: at)
        }
    }

    /// Takes it that nothing has been done yet about what is active: somebody else's turn to act has come to an end, or ours.
    public func forgetActions(_ state: inout ThresholdState) {
        for at in state.actions.indices {
            let level = levels.first { $0.name == state.actions[at].level }
            if level?.onEnter.contains(state.actions[at].action) == true { state.actions[at].standing = .due }
        }
        state.actions.removeAll { action in !state.active.contains { $0.name == action.level } }
    }

    /// Fits a state that was stored under another configuration to this one: levels and actions that are not known any more go,
    /// and actions that are new to an active level are due.
    public func adopt(_ state: inout ThresholdState, at now: Int64) {
        for (index, active) in state.active.enumerated()
        where index >= levels.count || levels[index].name != active.name {
            state.active.removeSubrange(index...)
            break
        }
        state.actions.removeAll { action in
            guard let level = levels.first(where: { $0.name == action.level }) else { return true }
            return !level.actions.contains(action.action)
        }
        for active in state.active {
            guard let level = levels.first(where: { $0.name == active.name }) else { continue }
            for action in level.actions {
                guard !state.actions.contains(where: { $0.level == level.name && $0.action == action }) else {
                    continue
                }
                let standing: ThresholdState.Standing =
                    level.onEnter.contains(action) ? .due : .done(until: level.backoff.map { now.after($0) })
                state.actions.append(.init(level: level.name, action: action, standing: standing))
            }
        }
    }
}
