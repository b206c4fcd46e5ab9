/// What an evaluation found for a series of a threshold.
public enum ThresholdReading: Sendable, Hashable {
    /// A value, and which levels it crosses.
    case value(Double, CrossedLevels)
    /// Nothing: the series is not there, or its value is no number.
    case missing
    /// Nothing is known: the source did not answer.
    case unanswered
}

/// An action that is wanted. Whoever is told decides whether it is run, and says so in the state.
public struct ThresholdWish: Sendable, Hashable {
    /// The level's name.
    public var level: String
    /// The action's name.
    public var action: String
    /// Why: on entering, repeating or resolving.
    public var cause: Cause
    /// When the level was entered.
    public var since: Int64
    /// Since when the value had been on the far side then.
    public var heldSince: Int64
    /// Of a level that was left: whether we have told that it was entered.
    public var wasTold = false

    /// Why an action is wanted.
    public enum Cause: String, Sendable {
        case enter
        case `repeat`
        case resolve
    }
}

// The machine has no memory and no clock: what it returns depends on what it is given alone.
extension ThresholdRule {
    /// Which levels a value crosses.
    public func crossed(by value: Double) -> CrossedLevels {
        var crossed: CrossedLevels = []
        for (index, level) in levels.enumerated() where level.comparison.isCrossed(by: value) {
            crossed.insert(.level(index))
        }
        return crossed
    }

    /// Goes on from one evaluation to the next: changes the state, and returns the actions that are wanted now. Those of active
    /// levels are wanted again each time until the state says that they have been decided on.
    public func advance(
        _ state: inout ThresholdState, _ reading: ThresholdReading, at now: Int64
    ) -> [ThresholdWish] {
        let nameBefore = state.name
        var wishes: [ThresholdWish] = []
        let crossed = effective(reading, &state, now)
        state.isHolding = crossed == nil
        if let crossed {
            if crossed.contains(.level(0)) {
                climb(&state, crossed, now)
            } else {
                leave(&state, now, &wishes)
            }
            wish(&state, crossed, now, &wishes)
        }
        if state.name != nameBefore || state.since == 0 { state.since = now }
        return wishes
    }

    /// Leaves every level, because the series has been given up. What its actions were is forgotten.
    public func end(_ state: inout ThresholdState, at now: Int64) -> [ThresholdWish] {
        var wishes: [ThresholdWish] = []
        leave(&state, now, &wishes)
        return wishes
    }

    /// Which levels count as crossed; nil when nothing is known.
    private func effective(
        _ reading: ThresholdReading, _ state: inout ThresholdState, _ now: Int64
    ) -> CrossedLevels? {
        if case .value(let value, let crossed) = reading {
            state.last = .init(value: value, crossed: crossed)
            state.missingSince = nil
            return crossed
        }
        let missingSince = state.missingSince ?? now
        state.missingSince = missingSince
        if reading == .unanswered, holdsWhenUnanswered { return nil }
        switch missing {
        case .zero: return crossed(by: 0)
        case .breached: return .all
        case .ok: return []
        case .hold: return nil
        case .lastValue:
            guard let last = state.last, now < missingSince.after(missingFor) else { return nil }
            return last.crossed
        }
    }

    /// Enters the next level when it has been crossed for long enough, and the ones above it likewise.
    private func climb(_ state: inout ThresholdState, _ crossed: CrossedLevels, _ now: Int64) {
        while state.active.count < levels.count {
            let index = state.active.count
            let level = levels[index]
            guard crossed.contains(.level(index)) else {
                state.pendingSince = nil
                return
            }
            // The time of a higher level begins when the one below it is active.
            let since = state.pendingSince ?? now
            state.pendingSince = since
            guard now >= since.after(level.holdFor) else { return }
            state.pendingSince = nil
            state.active.append(.init(name: level.name, since: now, heldSince: since))
            enter(level, &state, now)
        }
    }

    private func enter(_ level: Level, _ state: inout ThresholdState, _ now: Int64) {
        prepareActions(of: level, &state, now)
    }

    /// Adds the actions of a level that has become active, or has got more of them.
    func prepareActions(of level: Level, _ state: inout ThresholdState, _ now: Int64) {
        for action in level.actions {
            // One that is under way, or whose pause is not over, is there already.
            if state.actions.contains(where: { $0.level == level.name && $0.action == action }) { continue }
            var new = ThresholdState.ActionState(level: level.name, action: action)
            // What is only repeated begins with its first pause.
            if !level.onEnter.contains(action) { new.pausedAt = now }
            state.actions.append(new)
        }
    }

    /// The value is on the near side again: no level is active any more.
    private func leave(_ state: inout ThresholdState, _ now: Int64, _ wishes: inout [ThresholdWish]) {
        state.pendingSince = nil
        wishes += leave(&state, keeping: 0)
        // A pause outlasts the level, and so does an action under way: when the level is entered again they count.
        state.actions.removeAll { !$0.outlasts(now, level(of: $0)) }
    }

    /// Leaves the active levels above the first ones. Returns what is to be done about that, the highest level first. Of what was
    /// silenced nobody has heard, and nobody hears that it is over.
    func leave(_ state: inout ThresholdState, keeping kept: Int) -> [ThresholdWish] {
        var wishes: [ThresholdWish] = []
        while state.active.count > kept, let active = state.active.popLast() {
            guard let level = level(active.name) else { continue }
            var wasTold = level.onEnter.isEmpty
            var wasSilenced = false
            for place in state.actions.indices where state.actions[place].level == level.name {
                if state.actions[place].isTold { wasTold = true }
                if state.actions[place].isSilenced { wasSilenced = true }
                state.actions[place].isTold = false
                state.actions[place].isSilenced = false
            }
            for action in level.onResolve where wasTold || !wasSilenced {
                wishes.append(
                    .init(
                        level: level.name, action: action, cause: .resolve, since: active.since,
                        heldSince: active.heldSince, wasTold: wasTold))
            }
        }
        return wishes
    }

    /// The actions of active levels that are to be run now.
    private func wish(
        _ state: inout ThresholdState, _ crossed: CrossedLevels, _ now: Int64, _ wishes: inout [ThresholdWish]
    ) {
        for (index, active) in state.active.enumerated() where index < levels.count {
            // A level above may have ended the crossing of one below only with the whole; of itself each can pause.
            guard crossed.contains(.level(index)) else { continue }
            let level = levels[index]
            for action in state.actions where action.level == level.name && action.underWay == nil {
                if let notBefore = action.notBefore, now < notBefore { continue }
                let pauseEnd = action.pauseEnd(level)
                if level.onEnter.contains(action.action), !action.isTold {
                    // Entered again before the pause was over, it waits for the end of that.
                    guard now >= pauseEnd ?? .min else { continue }
                    wishes.append(
                        .init(
                            level: level.name, action: action.action, cause: .enter, since: active.since,
                            heldSince: active.heldSince))
                } else if level.onRepeat.contains(action.action), let pauseEnd, now >= pauseEnd {
                    if repeatsHighestOnly, index + 1 < state.active.count { continue }
                    wishes.append(
                        .init(
                            level: level.name, action: action.action, cause: .repeat, since: active.since,
                            heldSince: active.heldSince))
                }
            }
        }
    }

    /// A level by its name.
    func level(_ name: String) -> Level? { levels.first { $0.name == name } }

    /// The level of an action.
    func level(of action: ThresholdState.ActionState) -> Level? { level(action.level) }
}

extension ThresholdState.ActionState {
    /// When its pause is over; nil where there is none.
    func pauseEnd(_ level: ThresholdRule.Level?) -> Int64? {
        guard let pausedAt, let backoff = level?.backoff else { return nil }
        return pausedAt.after(backoff)
    }

    /// Whether it still matters when its level is not active any more.
    func outlasts(_ now: Int64, _ level: ThresholdRule.Level?) -> Bool {
        if underWay != nil { return true }
        if let notBefore, notBefore > now { return true }
        return pauseEnd(level).map { $0 > now } ?? false
    }
}
