import Model
import Store

extension ActionEntry {
    /// Writes the entry with everything that the view `action_history` shows.
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", action.id)
            json.times("ts", text: "time", time)
            action.writeCause(to: &json)
            json.times("decided", action.decided)
            writeAttempt(to: &json)
            json.member("outcome", outcome)
            json.optional("code", attempt?.code.map { Int64($0) })
            json.member("output", attempt?.output ?? "")
            let error = attempt?.error ?? ""
            json.member("error", error.isEmpty ? action.note : error)
            json.member("leader_epoch", attempt?.epoch ?? action.epoch)
            json.member("result", action.outcome.rawValue)
            json.member("idempotency_key", action.key)
        }
    }

    private func writeAttempt(to json: inout JSONWriter) {
        json.member("attempt", attempt?.attempt ?? 0)
        json.times("started", attempt?.started)
        json.times("finished", attempt?.finished)
        json.optional("duration_ms", attempt?.duration)
    }
}

extension WholeAction {
    /// Writes the action with all its attempts and what it was told.
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("id", action.id)
            action.writeCause(to: &json)
            json.times("decided", action.decided)
            json.times("due", action.due)
            json.times("ended", action.ended)
            json.member("result", action.outcome.rawValue)
            json.member("note", action.note)
            json.member("leader_epoch", action.epoch)
            json.member("idempotency_key", action.key)
            json.key("attempts")
            json.array { json in
                for attempt in attempts { attempt.write(to: &json) }
            }
            json.stored("event", json: action.event)
        }
    }
}

extension StoredAction {
    /// Writes why it was decided on.
    fileprivate func writeCause(to json: inout JSONWriter) {
        json.member("rule", rule)
        json.member("action", action)
        json.member("cause", cause)
        json.member("state", state)
        json.stored("labels", json: series)
        json.optional("value", value)
        json.member("threshold", threshold)
    }
}

extension StoredAttempt {
    /// How long it took; nil while it is under way, or where nobody saw its end.
    fileprivate var duration: Int64? {
        finished.flatMap { finished in
            let (duration, overflow) = finished.subtractingReportingOverflow(started)
            return overflow ? nil : duration
        }
    }

    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("attempt", attempt)
            json.times("started", started)
            json.times("finished", finished)
            json.optional("duration_ms", duration)
            json.member("outcome", outcome)
            json.optional("code", code.map { Int64($0) })
            json.member("output", output)
            json.member("error", error)
            json.member("leader_epoch", epoch)
        }
    }
}
