import Model
import PromQL

/// Which trial comes after which: one that asks for what another records comes behind it, whichever files they stand in. Those that
/// ask for each other's, or for their own, go through the past together, time by time.
struct TrialOrder {
    /// What goes through a window before the next one does.
    enum Stage: Equatable {
        /// A trial by itself, all its times at once.
        case alone(Int)
        /// Trials that take turns, in the order of time.
        case together([Int])
    }

    /// The stages, each with the places of its trials.
    private(set) var stages: [Stage] = []
    /// For each trial: whether anybody may ask for what it records.
    private(set) var isSeen: [Bool]
    /// For each trial: whether its query has to be asked for each time by itself.
    private(set) var isAskedByItself: [Bool]
    /// How far back those look who ask for what is recorded; nil when nobody knows.
    private var back: Int64? = 0
    private var fixed: Int64?

    /// The order of some trials, which are in the order of their files. `ending` are those that end series of before, by trials that
    /// record series of the same name.
    init(_ trials: [TrialTraits], names: RecordedNames, ending: [Int: Int]) {
        isSeen = Array(repeating: false, count: trials.count)
        isAskedByItself = trials.map(\.isAskedByItself)
        // Those that each trial may see.
        var seen: [[Int]] = []
        // Those behind which each trial comes, and those with which it has to take turns.
        var behind: [[Int]] = Array(repeating: [], count: trials.count)
        for (place, trial) in trials.enumerated() {
            let named = names.asked(by: place)
            let read =
                named.filter { trial.mayAskAnything || trial.mayRead(trials[$0]) }
                + Set(named.compactMap { ending[$0] }).sorted()
            seen.append(read)
            for writer in read {
                isSeen[writer] = true
                behind[place].append(writer)
                if !Self.isKnownBeforehand(writer, by: place, trials) { behind[writer].append(place) }
            }
            if !read.isEmpty { note(trial) }
        }
        // Where two rules of a group record the same series, the first one counts.
        for (first, second) in names.rivals(trials) where isSeen[second] { behind[second].append(first) }
        for members in components(of: behind) {
            let together = Set(members)
            for member in members where seen[member].contains(where: { together.contains($0) }) {
                isAskedByItself[member] = true
            }
            if let only = members.first, members.count == 1, !isAskedByItself[only] {
                stages.append(.alone(only))
            } else {
                stages.append(.together(members.sorted()))
            }
        }
    }

    /// Whether all that one asks for of another at a time may be there before: then no answer shows what is recorded later.
    private static func isKnownBeforehand(_ writer: Int, by reader: Int, _ trials: [TrialTraits]) -> Bool {
        let (asks, records) = (trials[reader], trials[writer])
        // A query that looks ahead sees everything up to the present.
        let offset = asks.mayAskAnything || asks.reach.looksAhead ? 0 : asks.queryOffset
        if records.queryOffset != offset { return records.queryOffset < offset }
        // Of its own group it sees at a time only what those before it have recorded. Of two groups nobody knows which is first.
        return asks.group == nil || asks.group != records.group || writer < reader
    }

    private mutating func note(_ trial: TrialTraits) {
        if trial.mayAskAnything { back = nil }
        back = back.map { max($0, trial.reach.back.after(trial.queryOffset)) }
        if let moment = trial.reach.fixed { fixed = min(fixed ?? .max, moment) }
    }

    /// What is older than this need not be held when everything before `next` has been judged.
    func oldestNeeded(from next: Int64) -> Int64 {
        guard let back else { return .min }
        return min(next.subtractingClamped(back), fixed ?? .max)
    }
}

/// The parts of a graph within which each place can be reached from each other one, those that lead nowhere else first: Tarjan's way,
/// without recursion, because a chain of rules may be long.
private func components(of successors: [[Int]]) -> [[Int]] {
    var found: [[Int]] = []
    var numbers: [Int?] = Array(repeating: nil, count: successors.count)
    var lowest = Array(repeating: 0, count: successors.count)
    var isOpen = Array(repeating: false, count: successors.count)
    var open: [Int] = []
    var count = 0
    for root in successors.indices where numbers[root] == nil {
        var path: [(place: Int, next: Int)] = []
        func enter(_ place: Int) {
            numbers[place] = count
            lowest[place] = count
            count += 1
            isOpen[place] = true
            open.append(place)
            path.append((place, 0))
        }
        enter(root)
        while let (place, next) = path.last {
            if next < successors[place].count {
                path[path.count - 1].next += 1
                let successor = successors[place][next]
                if let number = numbers[successor] {
                    if isOpen[successor] { lowest[place] = min(lowest[place], number) }
                } else {
                    enter(successor)
                }
                continue
            }
            path.removeLast()
            if let parent = path.last?.place { lowest[parent] = min(lowest[parent], lowest[place]) }
            guard lowest[place] == numbers[place] else { continue }
            var members: [Int] = []
            while let member = open.popLast() {
                isOpen[member] = false
                members.append(member)
                if member == place { break }
            }
            found.append(members)
        }
    }
    return found
}
