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

    /// Decides about an action that a threshold wants.
    mutating func decide(
        _ wish: ThresholdWish, _ subject: ThresholdSubject, _ state: inout ThresholdState, at now: Int64
    ) {
        guard turn.mayAct else {
            // Whose turn it is not decides nothing. What is active stays due until it is; what is over is remembered for then.
            if wish.cause == .resolve { state.owed.append(.init(wish: wish, left: now)) }
            return
        }
        if wish.cause == .resolve {
            // Whoever was never told that it began need not be told that it is over.
            if !wish.wasTold { return }
            record(wish, subject, state, at: now, silencedBy: muting(subject.alertLabels(wish.level)))
            return
        }
        guard let place = state.place(of: wish) else { return }
        if let reason = muting(subject.alertLabels(wish.level)) {
            // Once is enough for the history.
            if !state.actions[place].isSilenced { record(wish, subject, state, at: now, silencedBy: reason) }
            state.actions[place].isSilenced = true
        } else {
            let id = record(wish, subject, state, at: now, silencedBy: nil)
            subject.threshold.rule.decided(id, for: wish, &state)
        }
    }

    /// Does what could not be done when levels were left, because it was not our turn. What others told of has been resolved by
    /// them, except while nobody was there to do it.
    mutating func settleOwed(_ subject: ThresholdSubject, _ state: inout ThresholdState, at now: Int64) {
        if state.owed.isEmpty { return }
        let owed = state.owed.filter { $0.wish.wasTold || now.after(-$0.left) <= turn.handover }
        state.owed = turn.mayAct ? [] : owed
        guard turn.mayAct else { return }
        for resolve in owed {
            var wish = resolve.wish
            wish.wasTold = true
            decide(wish, subject, &state, at: now)
        }
    }

    @discardableResult
    private mutating func record(
        _ wish: ThresholdWish, _ subject: ThresholdSubject, _ state: ThresholdState, at now: Int64,
        silencedBy reason: String?
    ) -> Int64 {
        let (id, key) = numbers.next(decided: now)
        let event = subject.event(wish, state, id: id, key: key, epoch: turn.epoch)
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
