import Kubernetes
import Synchronization

/// The pods that several watches know, by what tells them from all others.
final class PodTable: Sendable {
    private struct Slot {
        var groups: [String: [TargetGroup]] = [:]
        /// Those that the listing under way has told; nil while there is none.
        var seen: Set<String>?
        var isListed = false
        var problem: String?
    }

    private struct State {
        var slots: [Slot] = []
        var isChanged = false
    }

    private let state = Mutex(State())

    /// A place for what a watch knows.
    func newSlot() -> Int {
        state.withLock { state in
            state.slots.append(Slot())
            return state.slots.count - 1
        }
    }

    /// Takes what a watch tells. Of a pod only what can be scraped is kept.
    func take(_ news: WatchNews<Pod>, _ slot: Int) {
        state.withLock { state in
            guard state.slots.indices.contains(slot) else { return }
            switch news {
            case .listing: state.slots[slot].seen = []
            case .found(let pod):
                state.slots[slot].seen?.insert(pod.uid)
                let groups = pod.isFinished ? [] : TargetGroup.groups(of: pod)
                let before = state.slots[slot].groups.updateValue(groups, forKey: pod.uid)
                if before != groups { state.isChanged = true }
            case .listed:
                let seen = state.slots[slot].seen ?? []
                let count = state.slots[slot].groups.count
                state.slots[slot].groups = state.slots[slot].groups.filter { seen.contains($0.key) }
                state.slots[slot].seen = nil
                if state.slots[slot].groups.count != count || !state.slots[slot].isListed { state.isChanged = true }
                state.slots[slot].isListed = true
            case .gone(let pod):
                if state.slots[slot].groups.removeValue(forKey: pod.uid) != nil { state.isChanged = true }
            case .watching:
                if state.slots[slot].problem != nil { state.isChanged = true }
                state.slots[slot].problem = nil
            case .trouble(let failure):
                if state.slots[slot].problem != failure.message { state.isChanged = true }
                state.slots[slot].problem = failure.message
            }
        }
    }

    /// The groups, in the order of the pods' identities, and what is wrong; nil when nothing has changed since this was asked before.
    /// Groups are nil before all is known.
    func news() -> (groups: [TargetGroup]?, problems: [String])? {
        state.withLock { state in
            guard state.isChanged else { return nil }
            state.isChanged = false
            let problems = state.slots.compactMap(\.problem)
            guard state.slots.allSatisfy(\.isListed) else { return (nil, problems) }
            return (
                state.slots.flatMap { slot in slot.groups.sorted { $0.key < $1.key }.flatMap(\.value) }, problems
            )
        }
    }
}
