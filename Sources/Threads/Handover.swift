import Synchronization

/// Carries something that belongs to one thread at a time to the thread that takes it.
public final class Handover<Value>: Sendable {
    private let value: Mutex<Parcel>

    private struct Parcel: ~Copyable {
        var value: Value?
    }

    /// Takes it from whoever has it now.
    public init(_ value: sending Value) { self.value = Mutex(Parcel(value: value)) }

    /// Gives it to the first who asks; nil afterwards.
    public func take() -> sending Value? {
        value.withLock { parcel in
            let taken = parcel.value
            parcel.value = nil
            return taken
        }
    }
}
