import Store

extension StoredAction {
    /// What has become of it, for its row.
    func progress() -> JudgingChange {
        .progress(action: id, due: due, outcome: outcome, note: note, ended: ended)
    }

    /// It as another process goes on with it. Nobody knows whether one that was under way was done: it is done again, with the same key.
    /// One that waits does so no longer than it was to, a `pause` from its last attempt on, if the clock was set back meanwhile.
    func resumed(at now: Int64, pause: Int64) -> StoredAction {
        var resumed = self
        resumed.outcome = .waiting
        resumed.due = outcome == .running ? now : min(due ?? now, now.after(max(0, pause)))
        return resumed
    }
}
