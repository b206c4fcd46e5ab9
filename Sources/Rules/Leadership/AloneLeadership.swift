import Model

/// The leadership of an instance that is alone: it is always its turn.
public struct AloneLeadership: Leadership {
    /// Always its own.
    public let status: LeadershipStatus

    /// A turn that never ends, from a time on.
    public init(identity: String, epoch: Int64, since: Int64) {
        status = LeadershipStatus(isLeader: true, epoch: epoch, holder: identity, since: since)
    }

    /// The only epoch there is.
    public func actingEpoch() -> Int64? { status.epoch }

    /// It never changes hands.
    public var handover: Int64 { 0 }

    /// Tells once whose turn it is.
    public func start(telling: @escaping @Sendable (LeadershipStatus) -> Void) async throws(UserError) {
        telling(status)
    }

    /// There is nothing to give up.
    public func stop() async {}
}
