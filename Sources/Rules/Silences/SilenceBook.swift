import Model

/// All silences, arranged so that the ones which mute an alert are found without looking at every one of them.
///
/// Nearly every silence asks for one value of some label, or for one of a few. It is looked up by those; only what is left is
/// tried one by one. A book does not change: one with other silences is made anew.
public struct SilenceBook: Sendable {
    /// The silences, in the order in which they were given.
    public let silences: [Silence]
    /// The names of the labels that silences are looked up by; few.
    private var names: [String] = []
    /// Which silences ask for a value of such a label.
    private var places: [Label: [Int]] = [:]
    /// The silences that cannot be looked up.
    private var others: [Int] = []

    /// A book of these silences. Of two with the same name the later counts.
    public init(_ silences: [Silence]) {
        var positions: [[UInt8]: Int] = [:]
        var kept: [Silence] = []
        for silence in silences {
            if let position = positions[Array(silence.id.utf8)] {
                kept[position] = silence
            } else {
                positions[Array(silence.id.utf8)] = kept.count
                kept.append(silence)
            }
        }
        self.silences = kept
        for (place, silence) in kept.enumerated() { arrange(silence, at: place) }
    }

    private mutating func arrange(_ silence: Silence, at place: Int) {
        let choices = silence.matchers.matchers.compactMap { matcher in
            possibleValues(of: matcher).map { (name: matcher.name, values: $0) }
        }
        guard let fewest = choices.min(by: { $0.values.count < $1.values.count }) else {
            others.append(place)
            return
        }
        if !names.contains(where: { sameBytes($0, fewest.name) }) { names.append(fewest.name) }
        for value in fewest.values { places[Label(fewest.name, value), default: []].append(place) }
    }

    /// The silence of a name.
    public func silence(id: String) -> Silence? {
        silences.first { sameBytes($0.id, id) }
    }

    /// The silences that mute an alert with these labels at a time, in their order.
    public func silences(muting labels: Labels, at time: Int64) -> [Silence] {
        var found: [Int] = []
        for name in names {
            guard let value = labels[name], let candidates = places[Label(name, value)] else { continue }
            found += candidates.filter { mutes($0, labels, time) }
        }
        found += others.filter { mutes($0, labels, time) }
        return found.sorted().map { silences[$0] }
    }

    /// The silence that mutes an alert with these labels at a time; of several the one that lasts longest.
    public func silence(muting labels: Labels, at time: Int64) -> Silence? {
        silences(muting: labels, at: time).reduce(nil) { longest, silence in
            longest.map { $0.to >= silence.to ? $0 : silence } ?? silence
        }
    }

    private func mutes(_ place: Int, _ labels: Labels, _ time: Int64) -> Bool {
        silences[place].state(at: time) == .active && silences[place].matchers.accepts(labels)
    }

    /// The first time after this one at which a silence begins or ends; nil when nothing changes any more by itself.
    public func nextChange(after time: Int64) -> Int64? {
        silences.flatMap { $0.from < $0.to ? [$0.from, $0.to] : [] }.filter { $0 > time }.min()
    }
}

/// The values with which a label can satisfy a matcher, where they are few and known, and a missing label does not.
private func possibleValues(of matcher: LabelMatcher) -> [String]? {
    switch matcher.operation {
    case .equal: return matcher.value.isEmpty ? nil : [matcher.value]
    case .matches:
        let isPlain = matcher.value.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "_-:/ @|".utf8.contains(byte)
            }
        }
        guard isPlain else { return nil }
        let values = matcher.value.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        return values.count > 100 || values.contains("") ? nil : values
    case .notEqual, .notMatches: return nil
    }
}
