import Model
import Store

// What is stored of a group, and how it goes on from there.
extension ThresholdGroup {
    /// The number of the instance in a slot.
    func instanceID(_ slot: Int) -> Int64 { JudgedInstance.id(group: id, slot: slot) }

    /// The group's row.
    var row: JudgedGroup {
        var values = [Double?](repeating: nil, count: slots.highest)
        for entry in entries {
            for instance in entry.instances.values where instance.slot < values.count {
                if instance.state.missingSince == nil { values[instance.slot] = instance.state.last?.value }
            }
        }
        return JudgedGroup(
            id: id, name: name, evaluated: evaluated ?? 0, clock: GroupClock(reading: clock, epoch: epoch).json,
            values: valuesJSON(values))
    }

    /// The row of a series.
    func row(of instance: Instance, _ threshold: Threshold) -> JudgedInstance {
        JudgedInstance(
            id: instanceID(instance.slot), kind: JudgedInstance.threshold, rule: threshold.name,
            series: instance.labels.json, state: instance.state.name, since: instance.state.since,
            detail: instance.state.json)
    }

    /// What is stored of it at present; nil before the first evaluation.
    func rows() -> (JudgedGroup, [JudgedInstance])? {
        guard evaluated != nil else { return nil }
        let instances = entries.flatMap { entry in
            entry.instances.values.map { row(of: $0, entry.threshold) }
        }
        return (row, instances)
    }

    /// Goes on with what is known of its thresholds. Rows of other groups come into this one with new numbers; the old rows must
    /// have been taken away before.
    ///
    /// - Parameters:
    ///   - known: the series of this group's thresholds.
    ///   - before: the thresholds as they were configured then, where that is known.
    ///   - round: takes what is to be written, and what is to be done about levels that are not there any more.
    func restore(
        _ known: [KnownInstance], _ before: [String: Threshold], clocks: ClockReading, in round: inout JudgingRound
    ) {
        clock = clocks
        // What was told in the oldest of their turns is told anew with the rest: once too often rather than never.
        epoch = known.compactMap(\.epoch).min()
        let places = Dictionary(
            entries.indices.map { (entries[$0].threshold.name, $0) }, uniquingKeysWith: { a, _ in a })
        for one in known where one.row.group == id { slots.reserve(one.row.slot) }
        let unchanged = round.changes.count
        for one in known {
            guard let place = places[one.row.rule] else { continue }
            let threshold = entries[place].threshold
            let labels = readLabels(one.row.series)
            do throws(UserError) {
                guard entries[place].instances[labels] == nil else { throw UserError("it is there twice") }
                let taken = try take(one, labels, threshold, before[threshold.name], clocks, &round)
                guard let slot = one.row.group == id ? one.row.slot : slots.take() else {
                    throw UserError("a group has more than \(JudgedInstance.slots) series")
                }
                let instance = Instance(labels: labels, slot: slot, state: taken.state)
                entries[place].instances[labels] = instance
                if taken.isChanged || one.row.group != id {
                    round.changes.append(.instance(row(of: instance, threshold)))
                }
            } catch {
                round.problems.append("cannot take up \(threshold.name) \(labels): \(error.message)")
                if one.row.group == id {
                    slots.giveBack(one.row.slot)
                    round.changes.append(.instanceGone(one.row.id))
                }
            }
        }
        // With the clocks that the times go by.
        if round.changes.count > unchanged { round.changes.append(.group(row)) }
    }

    /// The state of a series, fitted to the threshold as it is configured now and to the clocks as they stand.
    private func take(
        _ known: KnownInstance, _ labels: Labels, _ threshold: Threshold, _ before: Threshold?,
        _ clocks: ClockReading, _ round: inout JudgingRound
    ) throws(UserError) -> (state: ThresholdState, isChanged: Bool) {
        var state = try ThresholdState(known, threshold)
        let stored = state
        let jump = known.clock.map { clocks.jump(since: $0) } ?? 0
        let lastTime = known.evaluated.after(jump)
        evaluated = max(evaluated ?? .min, lastTime)
        state.shift(by: jump)
        if jump != 0 { endsAreShifted = true }
        if clocks.wall.since(lastTime) > longestOutage { state.pendingSince = nil }
        let wasActive = !state.active.isEmpty
        let subject = ThresholdSubject(
            threshold: before ?? threshold, labels: labels, externalURL: round.externalURL, now: lastTime)
        if let before, before.names(state, labels) != threshold.names(state, labels) {
            before.endNames(subject, &state, &round, at: lastTime)
        }
        for wish in threshold.rule.adopt(&state, from: before?.rule, at: lastTime) {
            round.decide(wish, subject, &state, at: lastTime)
        }
        if before != nil { round.settleOwed(subject, &state, at: lastTime) }
        if wasActive, state.active.isEmpty { round.left.insert(subject.line) }
        return (state, state != stored)
    }
}

extension Threshold {
    /// It is not configured any more: what was active of a series is over. After a start nobody knows what was to be done then.
    func giveUp(_ known: KnownInstance, in round: inout JudgingRound, at now: Int64) {
        let labels = readLabels(known.row.series)
        do throws(UserError) {
            var state = try ThresholdState(known, self)
            let subject = ThresholdSubject(threshold: self, labels: labels, externalURL: round.externalURL, now: now)
            round.left.insert(subject.line)
            for wish in rule.end(&state, at: now) { round.decide(wish, subject, &state, at: now) }
            round.settleOwed(subject, &state, at: now)
            if !state.owed.isEmpty {
                round.problems.append("\(name) \(labels) is given up in nobody's turn; nobody is told that it is over")
            }
        } catch {
            round.problems.append("cannot end \(name) \(labels): \(error.message)")
        }
    }
}

extension Threshold {
    /// What receivers know the active levels by.
    fileprivate func names(_ state: ThresholdState, _ labels: Labels) -> [Labels] {
        let subject = ThresholdSubject(threshold: self, labels: labels, externalURL: "", now: 0)
        return state.active.map { subject.alertLabels($0.name) }
    }

    /// For receivers the active levels are other alerts from now on: the old ones are over, and the new ones are to be told.
    fileprivate func endNames(
        _ subject: ThresholdSubject, _ state: inout ThresholdState, _ round: inout JudgingRound, at now: Int64
    ) {
        var ended = state
        for wish in rule.end(&ended, at: now) { round.decide(wish, subject, &ended, at: now) }
        round.settleOwed(subject, &ended, at: now)
        state.owed = ended.owed
        for place in state.actions.indices {
            state.actions[place].isTold = false
            state.actions[place].isSilenced = false
            state.actions[place].pausedAt = nil
            state.actions[place].notBefore = nil
        }
    }
}

extension ThresholdState {
    fileprivate init(_ known: KnownInstance, _ threshold: Threshold) throws(UserError) {
        try self.init(json: known.row.detail, since: known.row.since)
        if missingSince == nil, let value = known.value {
            last = .init(value: value, crossed: last?.crossed ?? [])
        }
        // Of several series together the row says which levels they crossed; else the levels may be others now.
        if threshold.scope == .any || threshold.scope == .all { return }
        last = last.map { .init(value: $0.value, crossed: threshold.rule.crossed(by: $0.value)) }
    }
}
