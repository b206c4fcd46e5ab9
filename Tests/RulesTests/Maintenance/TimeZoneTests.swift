import Configuration
import Foundation
import Model
import Testing

@testable import Rules

/// The machine's database.
let timeZones = TimeZoneDatabase(folder: "/usr/share/zoneinfo", files: .system)

/// Runs a program with lines on its standard input and returns the lines of its output; nil when it is not installed.
private func lines(of program: String, _ arguments: [String], zone: String? = nil, input: String = "") throws
    -> [Substring]?
{
    guard FileManager.default.isExecutableFile(atPath: program) else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = zone.map { ["TZ": $0, "LC_ALL": "C"] } ?? ["LC_ALL": "C"]
    let (stdin, stdout) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    try process.run()
    // Less than a pipe holds.
    stdin.fileHandleForWriting.write(Data(input.utf8))
    try stdin.fileHandleForWriting.close()
    let output = stdout.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self).split(separator: "\n")
}

private let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/// `Sun Mar 29 01:00:00 2026`, as though it were UTC.
private func seconds(_ words: ArraySlice<Substring>) -> Int64? {
    let words = Array(words)
    guard words.count == 5, let month = months.firstIndex(of: String(words[1])), let day = Int64(words[2]),
        let year = Int64(words[4])
    else { return nil }
    let time = words[3].split(separator: ":").compactMap { Int64($0) }
    guard time.count == 3 else { return nil }
    let days = daysSince1970(CivilDate(year: year, month: Int64(month + 1), day: day))
    return days * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
}

@Suite struct TimeZoneTests {
    /// Every change from 1970 to 2120 as the C library has it: with rules of all kinds behind the tables.
    @Test(arguments: [
        "Europe/Berlin", "Europe/Dublin", "Europe/London", "Europe/Moscow", "America/New_York", "America/Sao_Paulo",
        "America/Santiago", "America/Nuuk", "America/St_Johns", "Africa/Casablanca", "Africa/Cairo", "Asia/Gaza",
        "Asia/Kathmandu", "Asia/Tehran", "Asia/Jerusalem", "Asia/Kolkata", "Australia/Lord_Howe", "Australia/Sydney",
        "Antarctica/Troll", "Pacific/Apia", "Pacific/Chatham", "Pacific/Kiritimati", "EST5EDT", "Etc/GMT+5", "UTC",
    ]) func changesWhenTheCLibraryDoes(_ name: String) throws {
        guard let lines = try lines(of: "/usr/bin/zdump", ["-v", "-c", "1970,2120", name]) else { return }
        let zone = try timeZones.zone(name)
        var compared = 0
        for line in lines {
            let words = line.split(separator: " ")
            // NAME  Sun Mar 29 01:00:00 2026 UT = Sun Mar 29 03:00:00 2026 CEST isdst=1 gmtoff=7200
            guard words.count == 16, let moment = seconds(words[1..<6]), let offset = Int64(words[15].dropFirst(7))
            else {
                continue
            }
            guard moment >= 0 else { continue }
            #expect(zone.offset(at: moment) == offset, "\(line)")
            #expect(seconds(words[8..<13]) == moment + offset)
            compared += 1
        }
        #expect(compared > 1 || ["UTC", "Etc/GMT+5", "Asia/Kolkata"].contains(name))
    }

    /// Hundreds of times that clocks show, and the moments that date(1) finds for them.
    @Test(arguments: ["Europe/Berlin", "America/New_York", "Asia/Tehran", "Australia/Lord_Howe", "Pacific/Chatham"])
    func findsTheMomentsThatDateFinds(_ name: String) throws {
        var generator = SplitMix(seed: 7)
        let times = (0..<400).map { _ in
            // Clocks are changed at night: by day each time is shown once.
            Int64.random(in: 0...40_000, using: &generator) * 86_400
                + Int64.random(in: 18_000..<82_800, using: &generator)
        }
        let input = times.map { formatTimestamp($0 * 1000).dropLast(5).replacing("T", with: " ") }
        guard
            let moments = try lines(
                of: "/usr/bin/date", ["-f", "-", "+%s"], zone: name, input: input.joined(separator: "\n"))
        else { return }
        let zone = try timeZones.zone(name)
        #expect(moments.count == times.count)
        for (time, moment) in zip(times, moments) {
            #expect(zone.moment(showing: time) == Int64(moment), "\(formatTimestamp(time * 1000))")
        }
    }

    /// A moment is the first at which clocks show a time or a later one.
    @Test(arguments: ["Europe/Berlin", "America/Sao_Paulo", "Africa/Casablanca", "Pacific/Apia", "Australia/Lord_Howe"])
    func theMomentIsTheFirst(_ name: String) throws {
        let zone = try timeZones.zone(name)
        var change: Int64? = zone.nextChange(after: 0)
        var looked = 0
        while let at = change, at < 4_000_000_000 {
            for local in stride(
                from: at + zone.offset(at: at - 1) - 7200, through: at + zone.offset(at: at) + 7200, by: 900)
            {
                let moment = zone.moment(showing: local)
                #expect(moment + zone.offset(at: moment) >= local)
                for before in stride(from: moment - 1, through: moment - 100_000, by: -900) {
                    #expect(before + zone.offset(at: before) < local)
                }
                looked += 1
            }
            change = zone.nextChange(after: at)
        }
        #expect(looked > 100)
    }

    @Test func gapsAndOverlaps() throws {
        let berlin = try timeZones.zone("Europe/Berlin")
        func moment(_ zone: Rules.TimeZone, _ local: String) throws -> String {
            formatTimestamp(zone.moment(showing: try time(local + "Z") / 1000) * 1000)
        }
        #expect(try moment(berlin, "2026-03-29T01:59:59") == "2026-03-29T00:59:59.000Z")
        #expect(try moment(berlin, "2026-03-29T02:00:00") == "2026-03-29T01:00:00.000Z")
        #expect(try moment(berlin, "2026-03-29T02:59:59") == "2026-03-29T01:00:00.000Z")
        #expect(try moment(berlin, "2026-03-29T03:00:00") == "2026-03-29T01:00:00.000Z")
        #expect(try moment(berlin, "2026-10-25T02:30:00") == "2026-10-25T00:30:00.000Z")
        #expect(try moment(berlin, "2026-10-25T03:00:00") == "2026-10-25T02:00:00.000Z")
        // A whole day that there never was.
        let apia = try timeZones.zone("Pacific/Apia")
        #expect(try moment(apia, "2011-12-29T23:59:59") == "2011-12-30T09:59:59.000Z")
        #expect(try moment(apia, "2011-12-30T12:00:00") == "2011-12-30T10:00:00.000Z")
        #expect(try moment(apia, "2011-12-31T00:00:00") == "2011-12-30T10:00:00.000Z")
        // Far beyond what the file lists, by the rule at its end.
        #expect(try moment(berlin, "2400-07-01T00:00:00") == "2400-06-30T22:00:00.000Z")
    }
}

/// Numbers that look random and are the same each time.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}
