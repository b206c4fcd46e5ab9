import Glibc
import Model

/// How the machine's clocks stand at a moment. Kept from one evaluation to the next, also across restarts, it tells a clock that was
/// set from time that has passed.
public struct ClockReading: Sendable, Hashable {
    /// The time of day, in Unix milliseconds.
    public var wall: Int64
    /// Milliseconds that only ever grow.
    public var steady: Int64
    /// Which start of the machine the steady clock counts from; empty where that is not known.
    public var boot: String

    /// A difference of the two clocks that is no more than their usual drift, and what a time server corrects.
    private static let drift: Int64 = 2000

    /// Clocks as they stand.
    public init(wall: Int64, steady: Int64, boot: String) {
        self.wall = wall
        self.steady = steady
        self.boot = boot
    }

    /// By how much the time of day was set between an earlier reading and this one: 0 when it was not. What happened while the
    /// machine was off cannot be seen, except that the time went back.
    public func jump(since earlier: ClockReading) -> Int64 {
        let passed = wall.subtractingReportingOverflow(earlier.wall)
        let counted = steady.subtractingReportingOverflow(earlier.steady)
        guard !passed.overflow, !counted.overflow else { return 0 }
        if boot.isEmpty || !sameBytes(boot, earlier.boot) || counted.partialValue < 0 {
            return min(0, passed.partialValue)
        }
        let jump = passed.partialValue.subtractingReportingOverflow(counted.partialValue)
        return jump.overflow || jump.partialValue.magnitude <= Self.drift ? 0 : jump.partialValue
    }

    /// As it is stored.
    var json: String {
        var json = JSONWriter()
        json.object { write(to: &$0) }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Writes its members.
    func write(to json: inout JSONWriter) {
        json.member("wall", wall)
        json.member("steady", steady)
        json.member("boot", boot)
    }

    /// Reads what was stored; nil when it is none.
    init?(json text: String) {
        guard case .success(let value) = Result(catching: { () throws(UserError) in try JSONValue(Array(text.utf8)) }),
            let wall = value["wall"]?.integer, let steady = value["steady"]?.integer
        else { return nil }
        self.init(wall: wall, steady: steady, boot: value["boot"]?.text ?? "")
    }
}

/// A name of the machine's present run: it is another one after each start of the machine.
public func machineBoot() -> String {
    let file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(file, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count].prefix { $0 > 0x20 }, as: UTF8.self) : ""
}
