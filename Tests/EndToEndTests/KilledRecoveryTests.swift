import Foundation
import Testing

/// `kill -9` in the middle of a recovery, again and again: whoever comes to its end has all that a recovery in peace has.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)))
struct KilledRecoveryTests {
    static let kills = 25

    @Test(.timeLimit(.minutes(3))) func itIsCompletedByALaterStart() throws {
        let workplace = try Workplace()
        let exporter = try Exporter { request in
            Reply("request \(request)\n" + (0..<2000).map { "load{n=\"\($0)\"} 0.\(request * $0 % 10007)\n" }.joined())
        }
        let configuration = scraping([("test", exporter)])
        let healthy = try Appliance(in: workplace, configuration: configuration)
        try eventually("enough data", within: 30) { exporter.answered.count >= 40 }
        #expect(try healthy.stop() == .exit(0))
        let file = healthy.data
        let damaged = workplace.file("damaged.db")
        try FileManager.default.copyItem(atPath: file, toPath: damaged)
        try CorruptFileTests.damage(damaged, .overwrittenPages)
        // Of a life that was killed the newest samples are in the log alone; the file beside it goes bad.
        let before = exporter.requests
        let short = try Appliance(in: workplace, configuration: configuration)
        try eventually("more data") { exporter.requests > before + 5 }
        try short.crash()
        exporter.stop()
        #expect(rename(damaged, file) == 0)
        try workplace.write("", to: "vedette.db-damaged")
        let peaceful = workplace.file("peaceful.db")
        for ending in ["", "-wal", "-damaged"] {
            try FileManager.default.copyItem(atPath: file + ending, toPath: peaceful + ending)
        }
        let (expected, took) = try recovered(peaceful, in: workplace)
        #expect(expected.count > 1000 && took < 20, "\(expected.count) series")

        var random = SystemRandomNumberGenerator()
        var struck = 0
        for kill in 1...Self.kills where FileManager.default.fileExists(atPath: file + "-damaged") {
            let program = try start(file, in: workplace)
            Thread.sleep(forTimeInterval: took * Double.random(in: 0...1, using: &random))
            program.send(SIGKILL)
            let ending = try program.wait(within: 5)
            #expect(ending == .signal(SIGKILL), "kill \(kill): \(program.errors)")
            if try workplace.names().contains("vedette.db.recovering") { struck += 1 }
        }
        #expect(struck > 0, "no recovery was under way when the blow fell; one takes \(took) s")
        #expect(try recovered(file, in: workplace).series == expected)
        let names = try workplace.names().filter { $0.hasPrefix("vedette.db") && !$0.contains(".corrupt-") }
        #expect(Set(names) == ["vedette.db", "vedette.db-reserve"], "\(names)")
        #expect(try workplace.names().contains { $0.hasPrefix("vedette.db.corrupt-") })
    }

    private func start(_ file: String, in workplace: Workplace) throws -> Program {
        try Program(
            Surroundings.binary, ["serve", "--data", file, "--listen", "127.0.0.1:0"], in: workplace)
    }

    /// Lets a recovery come to its end: the series with their numbers of samples, and how long it took.
    private func recovered(_ file: String, in workplace: Workplace) throws -> (series: [[String]], seconds: Double) {
        let began = monotonicSeconds()
        let program = try start(file, in: workplace)
        try eventually("it is recovered", within: 20, every: 0.002) {
            !FileManager.default.fileExists(atPath: file + "-damaged")
        }
        let took = monotonicSeconds() - began
        _ = try eventually("it is ready", within: 20) { Appliance.listeningPort(program.errors) }
        program.send(SIGTERM)
        #expect(try program.wait(within: 5) == .exit(0))
        #expect(try queryOne(file, "pragma integrity_check") == "ok")
        let series = try query(
            file,
            "select labels, count(*), min(ts), max(ts), sum(value) from samples where metric = 'load' group by 1 order by 1"
        )
        return (series, took)
    }
}
