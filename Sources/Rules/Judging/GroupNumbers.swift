import Store
import Synchronization

/// The numbers of groups, by their names: the same as long as a group is configured.
final class GroupNumbers: Sendable {
    private struct State {
        var numbers: [String: Int64]
        var last: Int64
    }

    private let state: Mutex<State>

    init(_ record: JudgingRecord) {
        let numbers = Dictionary(record.groups.map { ($0.name, $0.id) }, uniquingKeysWith: { a, _ in a })
        state = Mutex(State(numbers: numbers, last: record.lastGroup))
    }

    /// The number of a group, a new one where it has none.
    func number(of name: String) -> Int64 {
        state.withLock { state in
            if let known = state.numbers[name] { return known }
            state.last += 1
            state.numbers[name] = state.last
            return state.last
        }
    }

    /// A group is not configured any more.
    func forget(_ name: String) { state.withLock { $0.numbers[name] = nil } }
}
