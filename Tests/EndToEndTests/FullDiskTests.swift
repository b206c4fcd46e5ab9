import Foundation
import Testing

/// A disk without a byte left: judging and serving go on, everybody can see it, and storing resumes by itself.
@Suite(
    .enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)),
    .enabled(if: Surroundings.mayMount, Comment(rawValue: Surroundings.noMount)))
struct FullDiskTests {
    @Test(.timeLimit(.minutes(3))) func storingStopsAndResumes() throws {
        let workplace = try Workplace()
        let disk = try SmallDisk(megabytes: 16, in: workplace)
        let exporter = try Exporter { request in
            Reply("request \(request)\n" + (0..<2000).map { "load{n=\"\($0)\"} \(request * $0 % 10007)\n" }.joined())
        }
        defer { exporter.stop() }
        let file = disk.path + "/vedette.db"
        let appliance = try Appliance(in: workplace, configuration: scraping([("test", exporter)]), data: file)
        try eventually("it stores") {
            try appliance.metric("vedette_store_writable") == 1 && exporter.answered.count > 5
        }

        try disk.fill()
        try eventually("the condition is visible", within: 60) { try appliance.metric("vedette_store_writable") == 0 }
        let log = appliance.log.lowercased()
        #expect(log.contains("full") || log.contains("no space"), "\(appliance.log)")

        // Scraping, judging and serving go on.
        let before = exporter.requests
        try eventually("it scrapes on") { exporter.requests > before + 5 }
        #expect(try appliance.get("/-/healthy").status == 200)
        #expect(try appliance.get("/api/v1/targets").text.contains("\"health\":\"up\""))
        let newest = try eventually("a scrape of now is federated") {
            try appliance.get("/federate?match[]=request").text.split(separator: "\n")
                .first { $0.hasPrefix("request{") }
                .flatMap { $0.split(separator: " ").dropFirst().first.flatMap { Double($0) } }
                .flatMap { $0 > Double(before) ? $0 : nil }
        }
        #expect(newest > Double(before))

        try disk.free()
        try eventually("it stores again by itself", within: 60) { try appliance.metric("vedette_store_writable") == 1 }
        let resumed = exporter.requests
        try eventually("new samples are in the file", within: 30) {
            try appliance.rows("select max(value) from samples where metric = 'request'").first?.first
                .flatMap(Double.init) ?? 0 > Double(resumed)
        }
        #expect(try appliance.stop() == .exit(0), "\(appliance.log)")
        #expect(try queryOne(file, "pragma integrity_check") == "ok")
        try ScrapingTests.expectNothingTwice(file)
    }

    /// A disk that is full from the beginning: it says so, one way or the other, and does not hang or crash.
    @Test func aDiskThatIsFullAtTheStartIsSaid() throws {
        let workplace = try Workplace()
        let disk = try SmallDisk(megabytes: 1, in: workplace)
        try disk.fill()
        let program = try Program(
            Surroundings.binary, ["serve", "--data", disk.path + "/vedette.db", "--listen", "127.0.0.1:0"],
            in: workplace)
        try eventually("it says that the disk is full") {
            let log = program.errors.lowercased()
            return log.contains("full") || log.contains("no space")
        }
        if let ending = program.check() {
            #expect(ending == .exit(1))
        } else {
            program.send(SIGTERM)
            #expect(try program.wait(within: 5) == .exit(0))
        }
    }
}
