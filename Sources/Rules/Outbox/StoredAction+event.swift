import Actions
import Store

extension StoredAction {
    /// The row of an action that has been decided on.
    init(_ event: ActionEvent, origin: String) {
        self.init(id: event.id)
        key = event.key
        action = event.action
        rule = event.rule
        series = event.groupLabels.json
        cause = event.cause.rawValue
        state = event.state
        value = event.value
        threshold = event.threshold
        decided = event.decidedAt
        self.origin = origin
        epoch = event.epoch
        self.event = String(decoding: event.json, as: UTF8.self)
    }
}
