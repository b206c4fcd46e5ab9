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
    let muting: (Labels) -> String?
    /// The actions that have ended since the last evaluation.
    let ends: [Int64: End]
    /// Gives out the numbers of actions.
    let numbers: ActionNumbers
    /// Where the appliance is reached from outside.
    let externalURL: String

    /// What has changed.
    var changes: [JudgingChange] = []
    /// The actions that have been decided on and are to be run.
    var decided: [StoredAction] = []
    /// The instances whose condition holds no more.
    var left: Set<String> = []
    /// What went wrong.
    var problems: [String] = []
    /// What is worth knowing.
    var notes: [String] = []

    /// Decides about an action that a threshold wants.
    mutating func decide(
        _ wish: ThresholdWish, _ subject: ThresholdSubject, _ state: inout ThresholdState, at now: Int64
    ) {
        let place = state.actions.firstIndex { $0.level == wish.level && $0.action == wish.action }
        // Whose turn it is not decides nothing: it stays due until it is.
        guard turn.mayAct else { return }
        let labels = subject.alertLabels(wish.level)
        let isKnownSilenced = place.map { state.actions[$0].standing == .silenced } ?? false
        if let reason = muting(labels) {
            if wish.cause != .resolve, let place { state.actions[place].standing = .silenced }
            // Once is enough for the history.
            if !isKnownSilenced { record(wish, subject, state, at: now, silencedBy: reason) }
            return
        }
        let id = record(wish, subject, state, at: now, silencedBy: nil)
        if wish.cause != .resolve, let place { state.actions[place].standing = .outstanding(action: id) }
    }

    @discardableResult
    private mutating func record(
        _ wish: ThresholdWish, _ subject: ThresholdSubject, _ state: ThresholdState, at now: Int64,
        silencedBy reason: String?
    ) -> Int64 {
        let (id, key) = numbers.next(decided: now)
        let event = subject.event(wish, state, id: id, key: key, epoch: turn.epoch)
        var action = StoredAction(event, origin: wish.cause == .resolve ? "" : String(subject.instance))
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
