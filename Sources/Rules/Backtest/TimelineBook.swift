import Model

/// Gathers the states of a rule's series as they change.
struct TimelineBook {
    private var places: [Labels: Int] = [:]
    private var timelines: [BacktestReport.Timeline] = []

    /// Notes a state; nothing happens when it is the one before.
    mutating func note(_ labels: Labels, _ state: String, _ value: Double?, at time: Int64) {
        let place = places[labels] ?? timelines.count
        if place == timelines.count {
            places[labels] = place
            timelines.append(.init(labels: labels))
        }
        if let last = timelines[place].changes.last, sameBytes(last.state, state) { return }
        timelines[place].changes.append(.init(time: time, state: state, value: value))
    }

    /// All of them, by their labels.
    func sorted() -> [BacktestReport.Timeline] { timelines.sorted { $0.labels < $1.labels } }
}
