import Model

/// Where a lease is kept, for all instances to see. Calls may take their time, and are made one after the other on a thread of
/// their own.
public protocol LeaseStore: Sendable {
    /// Looks whether a lease could be kept here at all; throws why not.
    func check() throws(UserError)

    /// What stands there; nil when nobody has ever written.
    func read() throws(UserError) -> StoredLease?

    /// Writes a record, if what stands there is still what had this version (nil: nothing). When it throws, nobody knows
    /// whether it has been written.
    func write(_ record: LeaseRecord, over version: String?) throws(UserError) -> LeaseWriting
}

/// A lease as it stands in its store.
public struct StoredLease: Sendable, Equatable {
    /// What it says.
    public var record: LeaseRecord
    /// What tells it from every other state of the store.
    public var version: String

    /// A lease and its version.
    public init(record: LeaseRecord, version: String) {
        self.record = record
        self.version = version
    }
}

/// How writing a lease ended.
public enum LeaseWriting: Sendable, Hashable {
    /// It stands there now, with this version.
    case written(version: String)
    /// Somebody else was faster: nothing has been written.
    case changed
}

/// What a lease says. There is no time in it: clocks of machines differ, and nobody reads another's.
public struct LeaseRecord: Sendable {
    /// Whose turn it is; empty when it has been given up.
    public var holder: String
    /// Grows with each change of holder.
    public var epoch: Int64
    /// Grows with each writing: that it does is the holder's sign of life.
    public var renewals: Int64
    /// How long the others wait for the next sign of life, in milliseconds.
    public var duration: Int64

    /// A record.
    public init(holder: String, epoch: Int64, renewals: Int64, duration: Int64) {
        self.holder = holder
        self.epoch = epoch
        self.renewals = renewals
        self.duration = duration
    }
}

extension LeaseRecord: Equatable {
    /// The same, to the byte.
    public static func == (a: LeaseRecord, b: LeaseRecord) -> Bool {
        sameBytes(a.holder, b.holder) && a.epoch == b.epoch && a.renewals == b.renewals && a.duration == b.duration
    }
}

extension LeaseRecord {
    /// Whole numbers that every reader of JSON can read.
    private static let counts: ClosedRange<Int64> = 0...(1 << 53)

    /// Reads a record; throws when it is none.
    init(json: [UInt8]) throws(UserError) {
        let object = try JSONObject(json, subject: "lease")
        self.init(
            holder: try object.text("holder"), epoch: try object.integer("epoch", in: Self.counts),
            renewals: try object.integer("renewals", in: Self.counts),
            duration: try object.integer("lease_duration_ms", in: 1...LeaseTiming.longestLease))
    }

    /// The record as JSON, on a line of its own.
    var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("holder", holder)
            json.member("epoch", epoch)
            json.member("renewals", renewals)
            json.member("lease_duration_ms", duration)
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }
}
