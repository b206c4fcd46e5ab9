import HTTPAPI
import Store

/// The history of actions, as the store has it.
struct StoreActions: ActionHistoryProvider {
    let store: Store

    func actions(_ filter: ActionFilter) throws -> [ActionEntry] { try store.actionHistory(filter) }

    func action(_ id: Int64) throws -> WholeAction? { try store.wholeAction(id) }
}
