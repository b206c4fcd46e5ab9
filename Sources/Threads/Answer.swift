import Synchronization

/// An answer that one task waits for and several may give: the first counts.
public final class Answer<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, Never>)
        case given(Value)
        case taken
    }

    private let state = Mutex(State.open)

    /// No answer yet.
    public init() {}

    /// Waits, or takes what has been given already.
    public func awaited(by continuation: CheckedContinuation<Value, Never>) {
        let value = state.withLock { state -> Value? in
            guard case .given(let value) = state else {
                state = .awaited(continuation)
                return nil
            }
            state = .taken
            return value
        }
        if let value { continuation.resume(returning: value) }
    }

    /// Gives the answer, unless somebody else has.
    public func give(_ value: Value) {
        let continuation = state.withLock { state -> CheckedContinuation<Value, Never>? in
            switch state {
            case .open:
                state = .given(value)
                return nil
            case .awaited(let continuation):
                state = .taken
                return continuation
            case .given, .taken: return nil
            }
        }
        continuation?.resume(returning: value)
    }
}
