import Model

/// Why a silence cannot be had, or not be changed.
public enum SilenceRefusal: Error, Sendable, Hashable {
    /// There is none of this name.
    case unknown(String)
    /// It is not allowed; why.
    case refused(UserError)
}

extension SilenceRefusal: CustomStringConvertible {
    /// One line.
    public var description: String {
        switch self {
        case .unknown(let id): "cannot find silence \(quoted(id))"
        case .refused(let error): error.description
        }
    }
}

/// What becomes of a silence that was sent to the API.
public struct SilenceChange: Sendable, Hashable {
    /// The name that it has from now on.
    public var id: String
    /// What is to be stored: a silence, new or changed, and before it the one that it takes the place of.
    public var stored: [Silence]
}

extension SilenceBook {
    /// What has to be stored so that a silence holds which somebody wants at a time.
    ///
    /// The rules are Alertmanager's. One that bears the name of another changes that one only where this does not falsify the
    /// past: its matchers stay, and once it is active its beginning too. Otherwise the old one ends and a new one begins.
    public func placing(
        _ wanted: Silence, at now: Int64, newID: () -> String = newSilenceID
    ) throws(SilenceRefusal) -> SilenceChange {
        if wanted.to <= now { throw .refused(UserError("cannot make silence: it would end in the past")) }
        var silence = wanted
        silence.updatedAt = now
        var stored: [Silence] = []
        if !wanted.id.isEmpty {
            let previous = try changeable(wanted.id)
            if previous.canBecome(wanted, at: now) {
                silence.createdAt = previous.createdAt
                // What is active keeps its beginning to the millisecond; the API's clients may know only the second.
                if previous.state(at: now) == .active { silence.from = previous.from }
                return SilenceChange(id: silence.id, stored: [silence])
            }
            if previous.state(at: now) != .expired { stored.append(previous.expired(at: now)) }
        }
        silence.id = newID()
        silence.createdAt = now
        silence.from = max(silence.from, now)
        return SilenceChange(id: silence.id, stored: stored + [silence])
    }

    /// What has to be stored so that a silence ends now; nil when it has ended already.
    public func expiring(id: String, at now: Int64) throws(SilenceRefusal) -> Silence? {
        let silence = try changeable(id)
        return silence.state(at: now) == .expired ? nil : silence.expired(at: now)
    }

    private func changeable(_ id: String) throws(SilenceRefusal) -> Silence {
        guard let silence = silence(id: id) else { throw .unknown(id) }
        guard silence.origin == .api else {
            throw .refused(UserError("cannot change silence \(quoted(id)): it stands in the configuration"))
        }
        return silence
    }
}

extension Silence {
    /// Whether it can be changed into another one without its past being another.
    fileprivate func canBecome(_ wanted: Silence, at now: Int64) -> Bool {
        guard matchers.hasSameMatchers(as: wanted.matchers) else { return false }
        return switch state(at: now) {
        case .active: floorDivide(from, by: 1000) == floorDivide(wanted.from, by: 1000)
        case .pending: wanted.from >= now
        case .expired: false
        }
    }

    /// The silence, over from a time on.
    fileprivate func expired(at now: Int64) -> Silence {
        var silence = self
        silence.from = min(from, now)
        silence.to = now
        silence.updatedAt = now
        return silence
    }
}
