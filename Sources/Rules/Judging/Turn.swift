/// Whose turn it is to act.
public struct Turn: Sendable, Hashable {
    /// Whether this appliance may act now.
    public var mayAct: Bool
    /// Grows whenever a turn begins.
    public var epoch: Int64
    /// The first of the epochs, up to this one, between which nobody but this appliance has acted: what was done in them still holds.
    public var first: Int64
    /// When the first of them began, in Unix milliseconds: somebody else may have told what was so before.
    public var began: Int64
    /// The longest time, in milliseconds, in which nobody may have acted before a turn began.
    public var handover: Int64

    /// A turn; unless something else is said, somebody else acted just before.
    public init(mayAct: Bool, epoch: Int64, first: Int64? = nil, began: Int64 = 0, handover: Int64 = 0) {
        self.mayAct = mayAct
        self.epoch = epoch
        self.first = first ?? epoch
        self.began = began
        self.handover = handover
    }

    /// Nobody else is there.
    public static let alone = Turn(mayAct: true, epoch: 0)
}
