import Model

extension SilenceBook {
    /// The silences that have each of these matchers among theirs, in Alertmanager's order: the active ones, the next to end
    /// first; the pending ones, the next to begin first; the expired ones, the last to end first.
    public func silences(having wanted: [LabelMatcher], at now: Int64) -> [Silence] {
        let texts = wanted.map(\.description)
        let found = silences.filter { silence in
            texts.allSatisfy { text in silence.matchers.matchers.contains { sameBytes($0.description, text) } }
        }
        let order: [Silence.State] = [.active, .pending, .expired]
        return order.flatMap { state in
            found.filter { $0.state(at: now) == state }.sorted { a, b in
                switch state {
                case .active: (a.to, a.id) < (b.to, b.id)
                case .pending: (a.from, a.id) < (b.from, b.id)
                case .expired: (b.to, a.id) < (a.to, b.id)
                }
            }
        }
    }
}
