import Model
import Synchronization

/// Takes samples that somebody else has collected, each with its own time, and says when they are in the file.
///
/// Requests are taken one after the other, each on the thread that brings it. So what a request says about a new series is
/// on its way to the writer before the next one relies on it.
public final class SampleReceiver: Sendable {
    /// What became of a request's samples.
    public struct Receipt: Sendable {
        /// The ones that are in the file now, or were there already.
        public var samples = 0
        /// Those that lie too far in the future.
        public var future = 0
        /// Those from before 1970, and of a time that the file cannot hold.
        public var outOfRange = 0
    }

    private let store: Store
    private let intake: Mutex<Intake>

    init(_ store: Store) {
        self.store = store
        intake = Mutex(Intake(store))
    }

    /// Takes what `fill` adds, all of it or nothing, and waits until it is in the file. Throws what `fill` throws, and why it
    /// cannot be written; then some or all of it may still come into the file, and whoever sends it again does no harm.
    public func receive(_ fill: (inout Intake) throws -> Void) async throws -> Receipt {
        let settlement = Settlement()
        let receipt = try intake.withLock { intake in
            intake.begin()
            do {
                try fill(&intake)
            } catch {
                intake.giveUp()
                throw error
            }
            return intake.send(settlement)
        }
        try await settlement.wait()
        return receipt
    }

    /// Forgets series that have not come for long. To be called every few minutes.
    public func forgetIdle() { intake.withLock { $0.forgetIdle() } }

    /// How many series are remembered.
    var seriesCount: Int { intake.withLock { $0.seriesCount } }
}

extension Store {
    /// Takes samples that somebody else has collected.
    public func receiver() -> SampleReceiver { SampleReceiver(self) }
}
