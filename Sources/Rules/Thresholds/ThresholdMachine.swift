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
            state.active.append(.init(name: level.name, since: now))
            enter(level, &state, now)
        }
    }

    private func enter(_ level: Level, _ state: inout ThresholdState, _ now: Int64) {
        for action in level.actions {
            let known = state.actions.firstIndex { $0.level == level.name && $0.action == action }
            guard level.onEnter.contains(action) else {
                // It begins with its first pause.
                let first = ThresholdState.Standing.done(until: level.backoff.map { now.after($0) })
                if known == nil { state.actions.append(.init(level: level.name, action: action, standing: first)) }
                continue
            }
            guard let known else {
                state.actions.append(.init(level: level.name, action: action, standing: .due))
                continue
            }
            switch state.actions[known].standing {
            case .outstanding: break
            case .done(let until?) where until > now: state.actions[known].standing = .waiting(until: until)
            case .waiting(let until) where until > now: break
            case .due, .silenced, .waiting, .done: state.actions[known].standing = .due
            }
        }
    }

    /// The value is on the near side again: no level is active any more.
    private func leave(_ state: inout ThresholdState, _ now: Int64, _ wishes: inout [ThresholdWish]) {
        state.pendingSince = nil
        for active in state.active.reversed() {
            guard let level = levels.first(where: { $0.name == active.name }) else { continue }
            let entered = state.actions.filter { $0.level == level.name && level.onEnter.contains($0.action) }
            // Whoever was never told that it began need not be told that it is over.
            guard level.onEnter.isEmpty || entered.contains(where: \.standing.isTold) else { continue }
            for action in level.onResolve {
                wishes.append(.init(level: level.name, action: action, cause: .resolve, since: active.since))
            }
        }
        state.active = []
        // A pause outlasts the level, and so does an action under way: when the level is entered again they count.
        state.actions.removeAll { !$0.standing.outlasts(now) }
    }

    /// The actions of active levels that are to be run now.
    private func wish(
        _ state: inout ThresholdState, _ crossed: CrossedLevels, _ now: Int64, _ wishes: inout [ThresholdWish]
    ) {
        for (index, active) in state.active.enumerated() where index < levels.count {
            // A level above may have ended the crossing of one below only with the whole; of itself each can pause.
            guard crossed.contains(.level(index)) else { continue }
            let level = levels[index]
            for at in state.actions.indices where state.actions[at].level == level.name {
                let action = state.actions[at].action
                switch state.actions[at].standing {
                case .outstanding: break
                case .due, .silenced:
                    wishes.append(.init(level: level.name, action: action, cause: .enter, since: active.since))
                case .waiting(let until):
                    guard now >= until else { break }
                    state.actions[at].standing = .due
                    wishes.append(.init(level: level.name, action: action, cause: .enter, since: active.since))
                case .done(let until):
                    guard let until, now >= until, level.onRepeat.contains(action) else { break }
                    if repeatsHighestOnly, index + 1 < state.active.count { break }
                    wishes.append(.init(level: level.name, action: action, cause: .repeat, since: active.since))
                }
            }
        }
    }
}

extension ThresholdState.Standing {
    /// Whether somebody has been told, or is being told.
    fileprivate var isTold: Bool {
        switch self {
        case .due, .silenced, .waiting: false
        case .outstanding, .done: true
        }
    }

    /// Whether it still matters when its level is not active any more.
    fileprivate func outlasts(_ now: Int64) -> Bool {
        switch self {
        case .outstanding: true
        case .waiting(let until), .done(let until?): until > now
        case .due, .silenced, .done(nil): false
        }
    }
}
