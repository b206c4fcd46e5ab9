import Model

// What the timelines and actions come to.

extension BacktestReport.Timeline {
    /// How many milliseconds each state lasted, in the order in which they first came.
    public func durations(until end: Int64) -> [(state: String, milliseconds: Int64)] {
        var durations: [(state: String, milliseconds: Int64)] = []
        for (index, change) in changes.enumerated() {
            let length = max(0, self.end(of: index, or: end) - change.time)
            if let place = durations.firstIndex(where: { sameBytes($0.state, change.state) }) {
                durations[place].milliseconds += length
            } else {
                durations.append((change.state, length))
            }
        }
        return durations
    }

    /// The times in which the series was in one of these states. While there is no data it stays what it was.
    public func spells(in states: [String], until end: Int64) -> [Range<Int64>] {
        var spells: [Range<Int64>] = []
        var isIn = false
        for (index, change) in changes.enumerated() {
            let isNow = states.contains { sameBytes($0, change.state) }
            if !isNow, sameBytes(change.state, BacktestReport.noData) {
                // It ends when something is known again.
            } else if isNow, !isIn {
                spells.append(change.time..<change.time)
                isIn = true
            } else if !isNow {
                isIn = false
            }
            if isIn, let last = spells.popLast() {
                spells.append(last.lowerBound..<max(last.lowerBound, self.end(of: index, or: end)))
            }
        }
        return spells
    }

    private func end(of index: Int, or end: Int64) -> Int64 {
        index + 1 < changes.count ? changes[index + 1].time : end
    }
}

extension BacktestReport {
    /// The state in which nothing is known of a series.
    static let noData = "no_data"

    /// How often and how long the series of a rule were in a state, all of them together.
    public struct StateCount: Sendable, Hashable {
        /// The state.
        public var state: String
        /// How many series were in it.
        public var series = 0
        /// How often it began.
        public var times = 0
        /// How long it lasted in all, in milliseconds.
        public var total: Int64 = 0
        /// The longest time.
        public var longest: Int64 = 0
    }

    /// How often an action would have been wanted.
    public struct ActionCount: Sendable, Hashable {
        /// The action's name.
        public var action: String
        /// How often it would have been run, by causes.
        public var causes: [String: Int] = [:]
        /// How often it would have been silenced.
        public var silenced = 0

        /// How often it would have been run.
        public var run: Int { causes.values.reduce(0, +) }
    }

    /// The counts of a rule's states apart from those in which there is nothing to say: what its levels have come to, then what was
    /// pending, then what was not known. A level lasts while a higher one does, and while nothing is known.
    public func counts(of rule: Rule) -> [StateCount] {
        let pending = "pending"
        var states: [(name: String, counted: [String])] = rule.levels.indices.map {
            (rule.levels[$0], Array(rule.levels[$0...]))
        }
        for other in [pending, Self.noData] { states.append((other, [other])) }
        return states.compactMap { name, counted in
            var count = StateCount(state: name)
            for timeline in rule.series {
                let spells = timeline.spells(in: counted, until: to)
                if spells.isEmpty { continue }
                count.series += 1
                count.times += spells.count
                for spell in spells {
                    count.total += Int64(spell.count)
                    count.longest = max(count.longest, Int64(spell.count))
                }
            }
            let isLevel = rule.levels.contains { sameBytes($0, name) }
            return count.times == 0 && !isLevel ? nil : count
        }
    }

    /// The actions with how often they would have been run, by their names.
    public var actionCounts: [ActionCount] {
        var counts: [String: ActionCount] = [:]
        for act in actions {
            if act.silencedBy == nil {
                counts[act.action, default: .init(action: act.action)].causes[act.cause, default: 0] += 1
            } else {
                counts[act.action, default: .init(action: act.action)].silenced += 1
            }
        }
        return counts.values.sorted { bytesPrecede($0.action, $1.action) }
    }
}
