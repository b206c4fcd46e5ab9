import Configuration
import Model
import Testing

@testable import Rules

/// A file of the tz database with these changes.
private func file(
    version: Unicode.Scalar = "2", times: [Int64] = [], kinds: [UInt8] = [], offsets: [Int32] = [3600],
    leaps: UInt32 = 0,
    rule: String = "\nCET-1\n"
) -> [UInt8] {
    func header(_ counts: [UInt32]) -> [UInt8] {
        Array("TZif".utf8) + [UInt8(ascii: version)] + [UInt8](repeating: 0, count: 15) + counts.flatMap(bytes)
    }
    func bytes(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
    var out = header([0, 0, 0, 0, 1, 1]) + [UInt8](repeating: 0, count: 7)
    out += header([0, 0, leaps, UInt32(times.count), UInt32(offsets.count), 4])
    out += times.flatMap(bytes) + kinds
    for offset in offsets { out += bytes(offset) + [0, 0] }
    return out + Array("CET\0".utf8) + [UInt8](repeating: 0, count: Int(leaps) * 12) + Array(rule.utf8)
}

private func fault(_ bytes: [UInt8]) -> String? {
    do {
        _ = try TimeZoneFile.zone(named: "x", bytes)
        return nil
    } catch {
        return error.reason
    }
}

@Suite struct TimeZoneFileTests {
    @Test func readsWhatIsRight() throws {
        let zone = try TimeZoneFile.zone(
            named: "x", file(times: [-100, 0, 100], kinds: [1, 0, 1], offsets: [3600, -1800], rule: "\n\n"))
        #expect(
            [-101, -100, -1, 0, 99, 100, 1 << 40].map { zone.offset(at: $0) } == [
                3600, -1800, -1800, 3600, 3600, -1800, -1800,
            ])
        #expect([-101, -100, 0, 99, 100].map { zone.nextChange(after: $0) } == [-100, 0, 100, 100, nil])
    }

    @Test(arguments: [
        ("", "it is cut off"), ("#!/bin/sh\n", "it is no file of the tz database"),
    ]) func refusesOtherFiles(_ text: String, _ reason: String) {
        #expect(fault(Array(text.utf8)) == reason)
    }

    @Test func refusesWhatIsWrong() {
        #expect(fault(file()) == nil)
        #expect(fault(file(version: "1"))?.hasPrefix("it is of version 1") ?? false)
        #expect(fault(file(leaps: 1))?.hasPrefix("it counts leap seconds") ?? false)
        #expect(fault(file(times: [0, 0], kinds: [0, 0])) == "its times are not in order")
        #expect(fault(file(times: [0], kinds: [1])) == "it names a part that it does not have")
        #expect(fault(file(offsets: [93_600])) == "it is further from UTC than a day")
        #expect(fault(file(offsets: [.min])) == "it is further from UTC than a day")
        #expect(fault(file(offsets: [])) == "it has too many or too few parts")
        #expect(fault(file(rule: "\nCET-1")) == "its rule is cut off")
        #expect(fault(Array(file().dropLast(8))) == "it is cut off")
    }

    @Test(
        arguments: [
            ("CET-1", nil), ("<+0330>-3:30", nil), ("CET-1CEST,M3.5.0,M10.5.0/3", nil),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", nil),
            ("XXX3EDT4,0/0,J365/23", nil), ("EET-2EEST,M3.4.4/50,M10.4.4/50", nil),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", nil),
            ("CET", "a number is missing in its rule"), ("C-1", "a name in its rule is too short"),
            ("<CET-1", "a name in its rule has no end"), ("CET-25", "a number in its rule is out of range"),
            ("CET-1CEST", "a number is missing in its rule"), ("CET-1CEST-2", "its rule does not say when"),
            ("CET-1CEST,M3.5.0", "its rule does not say when"),
            ("CET-1CEST,M13.5.0,M10.5.0", "a number in its rule is out of range"),
            ("CET-1CEST,M3.6.0,M10.5.0", "a number in its rule is out of range"),
            ("CET-1CEST,M3.5.7,M10.5.0", "a number in its rule is out"),
            ("CET-1CEST,M3.5,M10.5.0", "a day in its rule has no weekday"),
            ("CET-1CEST,J0,J5", "a number in its rule is out of range"),
            ("CET-1CEST,366,0", "a number in its rule is out of range"),
            ("CET-1CEST,0/168,1", "a number in its rule is out of range"),
            ("CET-1CEST,0,1,2", "its rule goes on behind its end"),
            ("CET-99999999999999999999", "a number is missing in its rule"),
        ] as [(String, String?)]) func rules(_ rule: String, _ reason: String?)
    {
        let found = fault(file(rule: "\n\(rule)\n"))
        #expect(
            found == nil ? reason == nil : reason.map { found?.hasPrefix($0) ?? false } ?? false, "\(found ?? "nil")")
    }

    /// Daylight is saved all year: clocks are never changed.
    @Test func aRuleWithoutAnEnd() throws {
        let zone = try TimeZoneFile.zone(named: "x", file(rule: "\nXXX3EDT4,0/0,J365/23\n"))
        #expect(zone.nextChange(after: 1_700_000_000) == nil)
        for moment in stride(from: 0, to: 4_000_000_000, by: 999_999) {
            #expect(zone.offset(at: Int64(moment)) == -14_400)
        }
    }

    /// Whatever is changed in a file: a zone or an error, and a zone answers.
    @Test(arguments: ["Europe/Berlin", "Africa/Casablanca", "America/New_York"])
    func endsWithAnyBytes(_ name: String) throws {
        let whole = try readFile("/usr/share/zoneinfo/\(name)", limit: 1 << 20)
        var generator = SplitMix(seed: 11)
        var survivors = 0
        for _ in 0..<4000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let at =
                    Bool.random(using: &generator)
                    ? Int.random(in: 0..<60, using: &generator) : Int.random(in: 0..<bytes.count, using: &generator)
                bytes[at] =
                    Bool.random(using: &generator) ? UInt8.random(in: 0...255, using: &generator) : bytes[at] ^ 1
            }
            if Bool.random(using: &generator) {
                bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)))
            }
            guard let zone = try? TimeZoneFile.zone(named: name, bytes) else { continue }
            survivors += 1
            for moment in [writableTimes.lowerBound / 1000, 0, 1_790_000_000, writableTimes.upperBound / 1000] {
                _ = zone.offset(at: moment)
                _ = zone.nextChange(after: moment)
                _ = zone.moment(showing: moment)
            }
        }
        #expect(survivors > 100)
    }

    @Test(arguments: [
        "", "/etc/passwd", "../passwd", "Europe/../../passwd", "Europe//Berlin", "Europe/", ".", "Europe/.hidden",
        "a b",
        "Europe/Berlin\0", "-x", "Ä", String(repeating: "a", count: 65),
    ]) func refusesNamesThatLeadElsewhere(_ name: String) {
        let error = #expect(throws: UserError.self) { try timeZones.zone(name) }
        #expect(error?.message.hasSuffix("expected a name such as Europe/Berlin") ?? false)
    }

    @Test func saysWhatIsMissing() {
        func message(_ name: String, _ folder: String = "/usr/share/zoneinfo") -> String {
            do {
                _ = try TimeZoneDatabase(folder: folder, files: .system).zone(name)
                return ""
            } catch {
                return error.message
            }
        }
        #expect(message("Europe/Berlim") == "cannot use time zone \"Europe/Berlim\": did you mean `Europe/Berlin`?")
        #expect(message("Europ/Nowhere").hasSuffix("No such file or directory"))
        #expect(message("Europe").hasSuffix("Is a directory"))
        #expect(message("tzdata.zi").hasSuffix("it is no file of the tz database"))
        #expect(message("Europe/Berlin", "/nowhere").contains("there is no time zone database in /nowhere"))
        // What needs no database is always there.
        #expect(message("UTC", "/nowhere") == "")
    }
}
