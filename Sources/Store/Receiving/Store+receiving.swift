import Model

extension Store {
    /// The number of a sender. It looks like a target that is gone: nobody scrapes it, and it is not shown.
    func beginReceiving(_ sender: TargetDescription, in batch: WriteBatch) -> Int64 {
        let id = targets.begin(sender)
        batch.definitions.append(.sender(id: id, sender, at: clock.now()))
        heads.setGone(id, false)
        registry.retain(target: id)
        return id
    }

    /// Says that nothing comes from a sender any more. What the head holds of it will be closed soon.
    func endReceiving(_ sender: Int64, in batch: WriteBatch) {
        registry.release(target: sender)
        end(target: sender, in: batch)
    }
}

extension SeriesRegistry {
    /// The home of a series whose sender is about to be told that it is in the file. What others have found out about it and
    /// may not have written yet (that it lives with a target, the number of its metric) is said again, so that it does not
    /// depend on them.
    func resolveForKeeps(
        _ labels: Labels, for target: Int64, now: Int64, _ definitions: inout [Definition]
    ) throws -> Home {
        let known = definitions.count
        let home = try resolve(labels, for: target, now: now, &definitions)
        if !home.isForeign, definitions.count == known { return home }
        var added: [Definition] = []
        defer { definitions.append(contentsOf: added) }
        try state.withLock { state in
            let metric = try state.metric(labels.metric, &added)
            added.append(.metric(id: metric, name: labels.metric))
            let block = blockNumber(of: home.series)
            guard home.isForeign, let owner = state.blocks[block]?.target else { return }
            added.append(.block(id: block, target: owner, window: window(of: now)))
            added.append(definition(of: home.series, labels, metric: metric))
        }
        return home
    }
}
