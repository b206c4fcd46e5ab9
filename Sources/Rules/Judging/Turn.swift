/// Whose turn it is to act.
public struct Turn: Sendable, Hashable {
    /// Whether this appliance may act now.
    public var mayAct: Bool
    /// Grows whenever somebody else's turn begins.
    public var epoch: Int64

    /// A turn.
    public init(mayAct: Bool, epoch: Int64) {
        self.mayAct = mayAct
        self.epoch = epoch
    }

    /// Nobody else is there.
    public static let alone = Turn(mayAct: true, epoch: 0)
}

extension Turn {
    /// The turn at this moment.
    init(_ leadership: any Leadership) {
        let epoch = leadership.actingEpoch()
        self.init(mayAct: epoch != nil, epoch: epoch ?? leadership.status.epoch)
    }
}
