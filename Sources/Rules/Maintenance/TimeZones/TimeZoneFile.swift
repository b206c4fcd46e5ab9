import Model

/// What is wrong with a file of the tz database.
struct TimeZoneFault: Error {
    var reason: String

    init(_ reason: String) { self.reason = reason }
}

/// Reads the files of the tz database (TZif, RFC 8536): a first block for old readers, then one with times of 64 bits, then
/// the rule for all later years.
struct TimeZoneFile {
    /// How far clocks may be ahead of UTC.
    static let offsets: ClosedRange<Int64> = -89_999...93_599
    /// More changes than any zone has by far.
    private static let mostChanges = 10_000

    /// How many there are of each part of a block.
    private struct Header {
        var version: UInt8
        var isUTC, isStandard, leaps, times, types, letters: Int

        /// The bytes of the block, when a time has so many.
        func size(timeSize: Int) -> Int {
            times * (timeSize + 1) + types * 6 + letters + leaps * (timeSize + 4) + isStandard + isUTC
        }
    }

    private var rest: ArraySlice<UInt8>

    /// Reads the zone in a file's bytes.
    static func zone(named name: String, _ bytes: [UInt8]) throws(TimeZoneFault) -> TimeZone {
        var file = TimeZoneFile(rest: bytes[...])
        return try file.zone(named: name)
    }

    private mutating func zone(named name: String) throws(TimeZoneFault) -> TimeZone {
        let old = try header()
        guard old.version >= UInt8(ascii: "2") else {
            throw TimeZoneFault("it is of version 1, which does not know what comes after the year 2037")
        }
        _ = try take(old.size(timeSize: 4))
        let header = try header()
        guard header.leaps == 0 else {
            throw TimeZoneFault("it counts leap seconds, which the system's clock does not")
        }
        guard (1...256).contains(header.types), header.times <= Self.mostChanges else {
            throw TimeZoneFault("it has too many or too few parts")
        }
        var block = TimeZoneFile(rest: try take(header.size(timeSize: 8)))
        var times: [Int64] = []
        for _ in 0..<header.times { times.append(try block.integer(8)) }
        let kinds = try block.take(header.times)
        var offsets: [Int64] = []
        for _ in 0..<header.types {
            offsets.append(Int64(Int32(truncatingIfNeeded: try block.integer(4))))
            _ = try block.take(2)
        }
        guard offsets.allSatisfy(Self.offsets.contains) else {
            throw TimeZoneFault("it is further from UTC than a day")
        }
        let rule = try rule()
        return TimeZone(
            name: name, firstOffset: offsets.first ?? 0, changes: try changes(times, kinds, offsets), rule: rule)
    }

    private func changes(
        _ times: [Int64], _ kinds: ArraySlice<UInt8>, _ offsets: [Int64]
    ) throws(TimeZoneFault) -> [TimeZone.Change] {
        var changes: [TimeZone.Change] = []
        for (time, kind) in zip(times, kinds) {
            guard Int(kind) < offsets.count else { throw TimeZoneFault("it names a part that it does not have") }
            guard changes.last.map({ $0.at < time }) ?? true else { throw TimeZoneFault("its times are not in order") }
            changes.append(TimeZone.Change(at: time, offset: offsets[Int(kind)]))
        }
        return changes
    }

    /// The rule between two line feeds; nil when nothing stands there.
    private mutating func rule() throws(TimeZoneFault) -> TimeZoneRule? {
        guard try take(1).first == UInt8(ascii: "\n"), let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
            throw TimeZoneFault("its rule is cut off")
        }
        let text = rest[..<end]
        return text.isEmpty ? nil : try TimeZoneRule(text)
    }

    private mutating func header() throws(TimeZoneFault) -> Header {
        guard try take(4).elementsEqual("TZif".utf8) else { throw TimeZoneFault("it is no file of the tz database") }
        let version = try take(16).first ?? 0
        var counts: [Int] = []
        for _ in 0..<6 { counts.append(Int(try integer(4))) }
        return Header(
            version: version, isUTC: counts[0], isStandard: counts[1], leaps: counts[2], times: counts[3],
            types: counts[4], letters: counts[5])
    }

    private mutating func take(_ count: Int) throws(TimeZoneFault) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw TimeZoneFault("it is cut off") }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// A number of so many bytes, the highest first.
    private mutating func integer(_ size: Int) throws(TimeZoneFault) -> Int64 {
        Int64(bitPattern: try take(size).reduce(0) { $0 << 8 | UInt64($1) })
    }
}
