/// Does what ends soon once its task is cancelled, for no more than so many milliseconds; nil when that did not suffice.
func inTime<Value: Sendable>(
    _ milliseconds: Int64, _ work: @escaping @Sendable () async -> Value
) async -> Value? {
    await withTaskGroup(of: Value?.self) { group in
        group.addTask { await work() }
        group.addTask {
            do {
                try await Task.sleep(for: .milliseconds(max(0, milliseconds)))
                return nil
            } catch {
                // The work was over first, or nobody wants it any more: it knows itself.
                return nil
            }
        }
        let first = await group.next() ?? nil
        group.cancelAll()
        return first
    }
}
