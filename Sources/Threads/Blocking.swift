/// Waits, on a thread of one's own, for what a task brings. On the threads that tasks share nobody must ever wait: they would have
/// nobody left to do what is waited for.
public func blocking<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Value {
    let box = Mailbox<Value>()
    Task { box.post(await work()) }
    while true {
        if let value = box.takeAll(waitingAtMost: 60_000)?.first { return value }
    }
}
