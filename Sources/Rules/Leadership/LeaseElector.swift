import Model

/// Who holds a lease, seen from one of those who want it: the algorithm of Kubernetes' leader election, as a pure function of
/// what the store answers and of the time.
///
/// The holder writes a sign of life every retry period. Each of the others notes when, by its own steady clock, it saw the last
/// one; when nothing came for the lease's duration, it writes itself in. Every writing is conditional on what was read, so that
/// of several only one succeeds. The holder in turn stops acting when the renew deadline has passed since it *began* the last
/// writing that succeeded: that is before anybody can have waited long enough, for nobody saw that writing earlier.
struct LeaseElector: Sendable {
    /// What is to be asked of the store; one thing at a time.
    enum Request: Sendable, Equatable {
        case read
        case write(LeaseRecord, over: String?)
    }

    /// What is being asked, and since when.
    private enum Work {
        case nothing
        case reading(since: Int64)
        case writing(LeaseRecord, since: Int64)

        var since: Int64? {
            switch self {
            case .nothing: nil
            case .reading(let since), .writing(_, let since): since
            }
        }
    }

    /// What stands in the store, and since when this instance knows.
    private struct Observation {
        var record: LeaseRecord?
        var version: String?
        var since: Int64
    }

    /// What is wrong while the store hangs.
    static let silence = UserError("cannot reach the lease: its store does not answer")

    private let identity: String
    private let timing: LeaseTiming
    private let leastEpoch: Int64
    private var work = Work.nothing
    private var seen: Observation?
    /// What stands in the store, when this instance wrote it.
    private var ours: LeaseRecord?
    /// What this instance has tried to write without learning whether it stands there.
    private var unsure: LeaseRecord?
    /// When the last writing that succeeded began; nil when this instance has never held the lease, or somebody else has since.
    private var renewedAt: Int64?
    /// The highest epoch that this instance has seen.
    private var highestEpoch: Int64
    private var nextAttempt: Int64 = 0
    /// Whether the attempt at hand has been too late once already.
    private var wasTooLate = false
    private var isGivenUp = false
    private var failure: UserError?

    /// Somebody who wants the lease. Its epochs are higher than `leastEpoch`, the highest one that it remembers, unless that
    /// is its own and it still holds the lease.
    init(identity: String, timing: LeaseTiming, leastEpoch: Int64) {
        self.identity = identity
        self.timing = timing
        self.leastEpoch = leastEpoch
        highestEpoch = leastEpoch
    }

    // MARK: What is known

    /// Until when this instance may act; nil when it may not at all.
    var actsUntil: Int64? {
        isGivenUp ? nil : renewedAt.map { $0 + timing.renewDeadline }
    }

    /// Whether this instance may act.
    func mayAct(at now: Int64) -> Bool { actsUntil.map { now < $0 } ?? false }

    /// The number of the last turn that is known; while this instance may act, of its own. It never falls, even if the store is put
    /// back, so that whoever remembers it remembers the highest.
    var epoch: Int64 { highestEpoch }

    /// Who has the turn or had it last.
    var holder: String { seen?.record?.holder ?? "" }

    /// What is wrong.
    func error(at now: Int64) -> UserError? {
        if let since = work.since, now - since >= timing.renewDeadline {
            return Self.silence
        }
        return failure
    }

    /// Whether the store has not answered yet.
    var isWaiting: Bool { work.since != nil }

    /// When `step` is to be called again, if nothing comes from the store before.
    func nextStep(after now: Int64) -> Int64 {
        let deadline = mayAct(at: now) ? actsUntil ?? .max : .max
        if let since = work.since {
            let patience = since + timing.renewDeadline
            return min(deadline, patience > now ? patience : .max)
        }
        return isGivenUp ? .max : min(deadline, nextAttempt)
    }

    // MARK: What happens

    /// Time has passed.
    mutating func step(at now: Int64) -> Request? {
        guard !isGivenUp, case .nothing = work, now >= nextAttempt else { return nil }
        wasTooLate = false
        // Whoever holds it need not look first: the writing fails if anything has changed.
        if mayAct(at: now), let ours { return write(renewed(ours), over: seen?.version, at: now) }
        return read(at: now)
    }

    /// The store has been read.
    mutating func hasRead(_ result: Result<StoredLease?, UserError>, at now: Int64) -> Request? {
        work = .nothing
        nextAttempt = now + timing.retryPeriod
        switch result {
        case .failure(let error):
            failure = error
            return nil
        case .success(let lease):
            failure = nil
            observe(lease, at: now)
            return isGivenUp ? release(at: now) : decide(at: now)
        }
    }

    /// The store has been written to, or not.
    mutating func hasWritten(_ result: Result<LeaseWriting, UserError>, at now: Int64) -> Request? {
        guard case .writing(let record, let since) = work else { return nil }
        work = .nothing
        nextAttempt = now + timing.retryPeriod
        switch result {
        case .success(.written(let version)):
            failure = nil
            unsure = nil
            seen = Observation(record: record, version: version, since: now)
            ours = record.holder.isEmpty ? nil : record
            renewedAt = ours == nil ? nil : since
            highestEpoch = max(highestEpoch, record.epoch)
            // The next sign of life is due a period after this one began.
            nextAttempt = since + timing.retryPeriod
            return isGivenUp ? release(at: now) : nil
        case .success(.changed):
            failure = nil
            if isGivenUp || wasTooLate { return nil }
            wasTooLate = true
            return read(at: now)
        case .failure(let error):
            failure = error
            unsure = record
            return nil
        }
    }

    /// The turn is given up for good: from now on this instance does not act, and somebody else may.
    mutating func giveUp(at now: Int64) -> Request? {
        isGivenUp = true
        guard case .nothing = work else { return nil }
        return release(at: now)
    }

    // MARK: What follows

    /// What may have stood in a store that is found empty by somebody who remembers that there was a lease: whoever holds it
    /// is waited for.
    private var forgotten: LeaseRecord? {
        leastEpoch == 0
            ? nil : LeaseRecord(holder: "?", epoch: leastEpoch, renewals: 0, duration: timing.leaseDuration)
    }

    private mutating func observe(_ lease: StoredLease?, at now: Int64) {
        guard let before = seen else {
            seen = Observation(record: lease?.record ?? forgotten, version: lease?.version, since: now)
            // This instance held it before it was restarted, and nobody else has since.
            if let record = lease?.record, sameBytes(record.holder, identity) { unsure = record }
            recognise(lease?.record)
            return
        }
        if let lease {
            if let version = before.version, sameBytes(version, lease.version) { return }
            seen = Observation(record: lease.record, version: lease.version, since: now)
            recognise(lease.record)
        } else if before.version != nil {
            // Somebody has deleted it. Whoever held it may not know yet, and is waited for as after a sign of life.
            seen = Observation(record: before.record, version: nil, since: now)
        }
    }

    /// Finds out whether a record that has just been found is this instance's, and not of another one by the same name.
    private mutating func recognise(_ record: LeaseRecord?) {
        guard let record else { return }
        highestEpoch = max(highestEpoch, record.epoch)
        if record == unsure {
            ours = record
        } else if record != ours {
            ours = nil
            renewedAt = nil
        }
        unsure = nil
    }

    private mutating func decide(at now: Int64) -> Request? {
        guard let seen else { return nil }
        guard let record = seen.record else { return write(taken(renewals: 0), over: nil, at: now) }
        let isOurs = record == ours
        // A store that has been put back to an earlier state must not bring an epoch back.
        if isOurs, record.epoch >= highestEpoch { return write(renewed(record), over: seen.version, at: now) }
        if isOurs || record.holder.isEmpty || now >= seen.since + record.duration {
            return write(taken(renewals: record.renewals), over: seen.version, at: now)
        }
        nextAttempt = min(nextAttempt, seen.since + record.duration)
        return nil
    }

    private func renewed(_ record: LeaseRecord) -> LeaseRecord {
        LeaseRecord(
            holder: identity, epoch: record.epoch, renewals: record.renewals + 1, duration: timing.leaseDuration)
    }

    private func taken(renewals: Int64) -> LeaseRecord {
        LeaseRecord(
            holder: identity, epoch: highestEpoch + 1, renewals: renewals + 1, duration: timing.leaseDuration)
    }

    private mutating func release(at now: Int64) -> Request? {
        guard let ours else { return nil }
        var record = renewed(ours)
        record.holder = ""
        return write(record, over: seen?.version, at: now)
    }

    private mutating func read(at now: Int64) -> Request {
        work = .reading(since: now)
        return .read
    }

    private mutating func write(_ record: LeaseRecord, over version: String?, at now: Int64) -> Request {
        work = .writing(record, since: now)
        return .write(record, over: version)
    }
}
