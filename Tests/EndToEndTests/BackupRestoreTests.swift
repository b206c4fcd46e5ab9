import Foundation
import Testing

/// A copy taken while it runs, and a life from that copy.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)))
struct BackupRestoreTests {
    static let everything =
        "select series_id, metric, labels, ts, hex(ieee754_to_blob(value)) from samples order by 1, 4"

    @Test func aBackupOfALiveFileIsWholeAndCanBeRestored() throws {
        let workplace = try Workplace()
        let exporter = try Exporter { request in
            Reply("request \(request)\n" + (0..<300).map { "load{n=\"\($0)\"} \(request * $0 % 1009)\n" }.joined())
        }
        defer { exporter.stop() }
        let configuration = scraping([("test", exporter)])
        let appliance = try Appliance(in: workplace, configuration: configuration)
        try eventually("some data") { exporter.answered.count >= 10 }
        let seen = try Set(appliance.rows(Self.everything))

        let copy = workplace.file("copy.db")
        let done = try vedette("backup", copy, "--data", appliance.data, in: workplace)
        #expect(done.ending == .exit(0), "\(done.errors)")
        #expect(try queryOne(copy, "pragma integrity_check") == "ok")
        let copied = try query(copy, Self.everything)
        #expect(Set(copied).isSuperset(of: seen))

        // Never over a file that is there.
        let again = try vedette("backup", copy, "--data", appliance.data, in: workplace)
        #expect(again.ending == .exit(1))
        #expect(try query(copy, Self.everything) == copied)

        let before = exporter.requests
        try eventually("scraping went on") { exporter.requests > before + 3 }
        #expect(try appliance.stop() == .exit(0))

        let restored = workplace.file("restored.db")
        let back = try vedette("restore", copy, "--data", restored, in: workplace)
        #expect(back.ending == .exit(0), "\(back.errors)")
        #expect(try query(restored, Self.everything) == copied)
        let second = try Appliance(in: workplace, configuration: configuration, data: restored)
        let then = exporter.requests
        try eventually("it goes on from the copy") {
            try second.rows("select max(value) from samples where metric = 'request'").first?.first
                .flatMap(Double.init) ?? 0 > Double(then)
        }
        #expect(try second.stop() == .exit(0))
        #expect(Set(try query(restored, Self.everything)).isSuperset(of: copied))
    }

    @Test func aBackupIsStreamedOverHTTP() throws {
        let workplace = try Workplace()
        let exporter = try Exporter { Reply("request \($0)\n") }
        defer { exporter.stop() }
        let appliance = try Appliance(in: workplace, configuration: scraping([("test", exporter)]))
        try eventually("some data") { try !appliance.rows("select 1 from samples where metric = 'request'").isEmpty }
        let seen = try Set(appliance.rows(Self.everything))
        let answer = try appliance.get("/api/v1/backup")
        #expect(answer.status == 200)
        let copy = workplace.file("streamed.db")
        try Data(answer.body).write(to: URL(fileURLWithPath: copy))
        #expect(try queryOne(copy, "pragma integrity_check") == "ok")
        #expect(Set(try query(copy, Self.everything)).isSuperset(of: seen))
    }

    @Test func whatIsNoBackupIsNotRestored() throws {
        let workplace = try Workplace()
        let text = try workplace.write("not a database at all, but long enough to be one", to: "text.db")
        for source in [text, workplace.file("missing.db")] {
            let target = workplace.file("target.db")
            let done = try vedette("restore", source, "--data", target, in: workplace)
            #expect(done.ending == .exit(1))
            #expect(done.errors.hasPrefix("vedette: cannot"), "\(done.errors)")
            #expect(!FileManager.default.fileExists(atPath: target))
        }
    }

    @Test func aFileInUseIsNotRestoredOver() throws {
        let workplace = try Workplace()
        let appliance = try Appliance(in: workplace)
        let copy = workplace.file("copy.db")
        #expect(try vedette("backup", copy, "--data", appliance.data, in: workplace).ending == .exit(0))
        let done = try vedette("restore", copy, "--data", appliance.data, in: workplace)
        #expect(done.ending == .exit(1))
        #expect(done.errors.hasPrefix("vedette: cannot"), "\(done.errors)")
        #expect(try appliance.get("/-/healthy").status == 200)
        #expect(try appliance.stop() == .exit(0))
    }
}
