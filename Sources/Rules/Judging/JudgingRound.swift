import Actions
import Model
import Store

/// One evaluation of a group: what it may rely on, and what comes of it. It is written in one go.
struct JudgingRound {
    /// How an action ended.
    struct End: Sendable {
        var succeeded: Bool
        var cause: ThresholdWish.Cause
        var at: Int64
        /// How long to wait before it is decided on again, where it failed for good.
        var pause: Int64?
    }

    /// Whose turn it is to act.
    let turn: Turn
    /// Why something with these labels is not reported at present; nil when it is.
    let muting: @Sendable (Labels) -> String?
    /// Takes how an action ended; nil when it has not.
    let end: @Sendable (_ action: Int64) -> End?
    /// Gives out the numbers of actions.
    let numbers: ActionNumbers
    /// Where the appliance is reached from outside.
    let externalURL: String

    /// What has changed.
    var changes: [JudgingChange] = []
    /// The actions that have been decided on and are to be run.
    var decided: [StoredAction] = []
    /// What was about conditions that hold no more.
    var left: Set<OutboxQueue.Line> = []
    /// What went wrong.
    var problems: [String] = []
    /// What is worth knowing.
    var notes: [String] = []

    /// Decides about an action that a threshold wants. Whose turn it is not decides nothing: what is active stays due, and what is
    /// over is owed.
    mutating func decide(
        _ wish: ThresholdWish, _ subject: ThresholdSubject, _ state: inout ThresholdState, at now: Int64
    ) {
        if wish.cause == .resolve {
            var owed = wish
            // Where nothing is run at the beginning, nobody but who acts can say that the end is to be told.
            if !turn.mayAct, subject.threshold.rule.level(wish.level)?.onEnter.isEmpty == true { owed.wasTold = false }
            state.owe(owed, leftAt: now)
            return
        }
        guard turn.mayAct, let place = state.place(of: wish) else { return }
        if let reason = muting(subject.alertLabels(wish.level)) {
            // Once is enough for the history.
            if !state.actions[place].isSilenced { record(wish, subject, state, at: now, silencedBy: reason) }
            state.actions[place].isSilenced = true
        } else {
            let id = record(wish, subject, state, at: now, silencedBy: nil)
            subject.threshold.rule.decided(id, for: wish, &state)
        }
    }

    /// Decides about what is owed: about levels that are not active any more, when it is our turn.
    mutating func settleOwed(_ subject: ThresholdSubject, _ state: inout ThresholdState, at now: Int64) {
        if state.owed.isEmpty { return }
        guard turn.mayAct else {
            // Whoever acts has told it by now, or nobody will ever know of it.
            state.owed.removeAll { !$0.wish.wasTold && now.since($0.left) > turn.handover }
            return
        }
        for resolve in state.owed where !state.isActive(resolve.wish.level) && isOurs(resolve) {
            let reason = muting(subject.alertLabels(resolve.wish.level))
            record(resolve.wish, subject, state, at: now, left: resolve.left, silencedBy: reason)
        }
        state.owed = state.owed.filter { state.isActive($0.wish.level) }
    }

    /// Whether we have to tell that something is over: we told that it began; or somebody else may have, before our turn, and was
    /// perhaps not there any more to tell the end.
    private func isOurs(_ resolve: ThresholdState.OwedResolve) -> Bool {
        resolve.wish.wasTold
            || resolve.wish.since < turn.began && resolve.left >= turn.began.after(-turn.handover)
    }

    @discardableResult
    private mutating func record(
        _ wish: ThresholdWish, _ subject: ThresholdSubject, _ state: ThresholdState, at now: Int64,
        left: Int64? = nil, silencedBy reason: String?
    ) -> Int64 {
        let (id, key) = numbers.next(decided: now)
        let event = subject.event(wish, state, left: left, id: id, key: key, epoch: turn.epoch)
        var action = StoredAction(event, origin: wish.cause == .resolve ? "" : ActionEnds.threshold)
        action.series = subject.labels.json
        if let reason {
            action.outcome = .silenced
            action.note = reason
            action.ended = now
        } else {
            action.due = now
            decided.append(action)
        }
        changes.append(.action(action))
        return id
    }
}

extension Labels {
    /// The labels as a JSON object.
    var json: String {
        var json = JSONWriter()
        json.value(self)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
