import Foundation
import Testing

/// The harness itself: a test that leans on a broken crutch proves nothing.
@Suite struct HarnessTests {
    @Test func anExporterAnswersAndCounts() throws {
        let exporter = try Exporter { Reply("n \($0)\n") }
        defer { exporter.stop() }
        #expect(try request(port: exporter.port, path: "/metrics").text == "n 1\n")
        #expect(try request(port: exporter.port, path: "/metrics").text == "n 2\n")
        #expect(exporter.requests == 2)
        try eventually("both are noted as answered") { exporter.answered.count == 2 }
    }

    @Test func aStoppedExporterRefuses() throws {
        let exporter = try Exporter(text: "a 1\n")
        exporter.stop()
        #expect(throws: Failure.self) { try request(port: exporter.port, path: "/") }
    }

    @Test func anAnswerCutOffIsNoticed() throws {
        let exporter = try Exporter { _ in Reply("a 1\n").behaving(.cutOff) }
        defer { exporter.stop() }
        #expect(throws: Failure.self) { try request(port: exporter.port, path: "/") }
    }

    @Test func programsEndAsTheyEnd() throws {
        let workplace = try Workplace()
        let done = try run("/bin/sh", ["-c", "cat; pwd; echo bad >&2; exit 3"], in: workplace, input: "in\n")
        #expect(done.ending == .exit(3))
        #expect(done.output == "in\n\(workplace.path)\n")
        #expect(done.errors == "bad\n")
        let sleeper = try Program("/bin/sleep", ["100"], in: workplace)
        sleeper.send(SIGKILL)
        #expect(try sleeper.wait(within: 5) == .signal(SIGKILL))
        #expect(throws: Failure.self) { try run("/nonexistent", [], in: workplace) }
    }

    @Test func theAddressIsReadFromTheLog() {
        let line = "2026-11-21T06:35:14.250Z info listening address=127.0.0.1:40123 tls=no\n"
        #expect(Appliance.listeningPort("x\n" + line) == 40123)
        #expect(Appliance.listeningPort("info started address=127.0.0.1:1\n") == nil)
    }

    @Test func theShellGivesBitsBack() throws {
        let workplace = try Workplace()
        let file = workplace.file("bits.db")
        _ = try query(
            file, "create table samples (ts, value, metric); insert into samples values (1, 0.1, 'm'), (2, null, 'm')")
        let found = try sampleBits(file, where: "metric = 'm'")
        #expect(found.map(\.ts) == [1, 2])
        #expect(found.map(\.bits) == [(0.1).bitPattern, nil])
    }

    @Test(.enabled(if: Surroundings.hasPeers, Comment(rawValue: Surroundings.noPeers)))
    func prometheusScrapesAnExporter() throws {
        let workplace = try Workplace()
        let exporter = try Exporter(text: "a 1\n")
        defer { exporter.stop() }
        let prometheus = try PrometheusPeer(
            in: workplace, configuration: scraping([("test", exporter)], every: "1s"))
        try eventually("the target is up") { try prometheus.targets().map(\.health) == ["up"] }
    }

    @Test(.enabled(if: Surroundings.mayMount, Comment(rawValue: Surroundings.noMount)))
    func aSmallDiskIsFilledToTheLastByte() throws {
        let workplace = try Workplace()
        let disk = try SmallDisk(megabytes: 1, in: workplace)
        try disk.fill()
        // A file may be made, but nothing goes into it.
        let full = try run("/bin/sh", ["-c", "echo x >'\(disk.path)/more'"], in: workplace)
        #expect(full.ending != .exit(0))
        try disk.free()
        let free = try run("/bin/sh", ["-c", "echo x >'\(disk.path)/more'"], in: workplace)
        #expect(free.ending == .exit(0))
    }
}
