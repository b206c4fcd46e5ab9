extension ThresholdRule {
    /// Notes that an action has been decided on.
    public func decided(_ action: Int64, for wish: ThresholdWish, _ state: inout ThresholdState) {
        guard let at = state.place(of: wish) else { return }
        state.actions[at].underWay = action
        state.actions[at].isTold = true
        state.actions[at].isSilenced = false
        state.actions[at].notBefore = nil
    }

    /// Notes how an action of a level ended. The pause begins when it succeeded; one that failed for good is due again at a time.
    public func note(
        _ action: Int64, succeeded: Bool, cause: ThresholdWish.Cause, _ state: inout ThresholdState, at now: Int64,
        dueAgain: Int64? = nil
    ) {
        guard let at = state.actions.firstIndex(where: { $0.underWay == action }) else { return }
        state.actions[at].underWay = nil
        if succeeded {
            state.actions[at].pausedAt = now
        } else {
            if cause == .enter { state.actions[at].isTold = false }
            state.actions[at].notBefore = dueAgain
        }
        let known = state.actions[at]
        let isActive = state.active.contains { $0.name == known.level }
        if !isActive, !known.outlasts(now, level(of: known)) { state.actions.remove(at: at) }
    }

    /// Takes it that nothing has been done yet about what is active: somebody else's turn to act has been in between.
    public func forgetActions(_ state: inout ThresholdState) {
        state.actions.removeAll { action in !state.active.contains { $0.name == action.level } }
        for at in state.actions.indices {
            state.actions[at].underWay = nil
            guard level(of: state.actions[at])?.onEnter.contains(state.actions[at].action) == true else { continue }
            state.actions[at].isTold = false
            state.actions[at].isSilenced = false
            state.actions[at].pausedAt = nil
            state.actions[at].notBefore = nil
        }
    }

    /// Fits a state that was stored under another configuration to this one: levels and actions that are not known any more go,
    /// and actions that are new to an active level are due. `before` is the rule that the state comes from, where it is known; what
    /// it wanted to be done when the levels that go are left is returned.
    public func adopt(
        _ state: inout ThresholdState, from before: ThresholdRule? = nil, at now: Int64
    ) -> [ThresholdWish] {
        let kept = zip(levels, state.active).prefix { $0.name == $1.name }.count
        let wishes = (before ?? self).leave(&state, keeping: kept)
        state.actions.removeAll { action in
            guard let level = level(of: action) else { return true }
            return !level.actions.contains(action.action)
        }
        for level in levels.prefix(kept) {
            prepareActions(of: level, &state, now)
        }
        return wishes
    }
}

extension ThresholdState {
    /// Owes what is to be done about a level that was left; what was owed about it before is the same.
    mutating func owe(_ wish: ThresholdWish, leftAt now: Int64) {
        let before = owed.firstIndex { $0.wish.level == wish.level && $0.wish.action == wish.action }
        guard let before else {
            owed.append(OwedResolve(wish: wish, left: now))
            return
        }
        let wasTold = owed[before].wish.wasTold
        owed[before] = OwedResolve(wish: wish, left: now)
        if wasTold { owed[before].wish.wasTold = true }
    }

    /// The place of the action that is wanted; nil when the level has none such.
    func place(of wish: ThresholdWish) -> Int? {
        actions.firstIndex { $0.level == wish.level && $0.action == wish.action }
    }
}
