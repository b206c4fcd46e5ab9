import Foundation
import Testing

/// What a newcomer meets: no configuration, one command, a page, and rows in the file.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)))
struct FirstLookTests {
    @Test func withNoConfigurationItWatchesItselfAndTheHost() throws {
        let workplace = try Workplace()
        let appliance = try Appliance(in: workplace)

        let page = try appliance.get("/")
        #expect(page.status == 200)
        #expect(page.headers["content-type"]?.hasPrefix("text/html") == true)
        #expect(page.text.contains("Vedette"))
        #expect(try appliance.get("/-/healthy").status == 200)

        // The very line of the README.
        try eventually("a sample of the load of this host", within: 40) {
            try !appliance.rows("select * from samples where metric='node_load1' order by ts desc limit 5").isEmpty
        }
        try eventually("a sample of its own memory", within: 40) {
            try !appliance.rows("select 1 from samples where metric='process_resident_memory_bytes' limit 1").isEmpty
        }
        #expect(try appliance.stop() == .exit(0), "\(appliance.log)")
    }

    @Test(arguments: [SIGTERM, SIGINT]) func itStopsCleanlyAndLosesNothing(signal: Int32) throws {
        let workplace = try Workplace()
        let exporter = try Exporter { Reply("request \($0)\n") }
        defer { exporter.stop() }
        let appliance = try Appliance(in: workplace, configuration: scraping([("test", exporter)]))
        try eventually("some scrapes") { exporter.answered.count >= 5 }

        appliance.program.send(signal)
        #expect(try appliance.program.wait(within: 5) == .exit(0), "\(appliance.log)")

        let stored = try query(appliance.data, "select max(value) from samples where metric = 'request'").first?.first
        // The last answer may have been on its way when the word came.
        #expect((stored.flatMap(Double.init) ?? 0) >= Double(exporter.requests - 1))
        #expect(try queryOne(appliance.data, "pragma integrity_check") == "ok")
        #expect(!FileManager.default.fileExists(atPath: appliance.data + "-wal"), "not closed in order")
    }

    @Test func theDefaultFileIsInTheDirectoryItIsStartedIn() throws {
        let workplace = try Workplace()
        let program = try Program(Surroundings.binary, ["serve", "--listen", "127.0.0.1:0"], in: workplace)
        try eventually("the file is there") {
            FileManager.default.fileExists(atPath: workplace.file("vedette.db"))
                && Appliance.listeningPort(program.errors) != nil
        }
        program.send(SIGTERM)
        #expect(try program.wait(within: 5) == .exit(0))
    }
}
