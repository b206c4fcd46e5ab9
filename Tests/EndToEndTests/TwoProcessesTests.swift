import Foundation
import Testing

/// Two appliances on one file: the second says so and goes, the first does not notice.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)))
struct TwoProcessesTests {
    @Test func theSecondSaysSoAndExits() throws {
        let workplace = try Workplace()
        let exporter = try Exporter { Reply("request \($0)\n") }
        defer { exporter.stop() }
        let first = try Appliance(in: workplace, configuration: scraping([("test", exporter)]))

        let second = try Program(
            Surroundings.binary, ["serve", "--data", first.data, "--listen", "127.0.0.1:0"], in: workplace)
        #expect(try second.wait(within: 10) == .exit(1))
        #expect(second.errors.contains("vedette: cannot"), "\(second.errors)")
        #expect(second.errors.contains(first.data), "\(second.errors)")
        let words = ["another", "in use", "already"]
        #expect(words.contains { second.errors.lowercased().contains($0) }, "\(second.errors)")

        let before = exporter.requests
        try eventually("the first goes on storing") {
            try appliedRequests(first) > before
        }
        #expect(try first.stop() == .exit(0))
        // Once the first is gone the file is free.
        let next = try Appliance(in: workplace, configuration: scraping([("test", exporter)]))
        #expect(try next.stop() == .exit(0))
    }

    /// A lock must not outlive its holder.
    @Test func aCrashLeavesNoLock() throws {
        let workplace = try Workplace()
        try Appliance(in: workplace).crash()
        let next = try Appliance(in: workplace)
        #expect(try next.stop() == .exit(0))
    }

    /// The port belongs to somebody else: said, with the address, and the file is left in order.
    @Test func aPortInUseIsSaid() throws {
        let workplace = try Workplace()
        let first = try Appliance(in: workplace)
        let second = try Program(
            Surroundings.binary,
            ["serve", "--data", workplace.file("other.db"), "--listen", "127.0.0.1:\(first.port)"], in: workplace)
        #expect(try second.wait(within: 10) == .exit(1))
        #expect(
            second.errors.contains("vedette: cannot") && second.errors.contains("\(first.port)"), "\(second.errors)")
    }

    private func appliedRequests(_ appliance: Appliance) throws -> Int {
        try appliance.rows("select cast(max(value) as integer) from samples where metric = 'request'").first?.first
            .flatMap(Int.init) ?? 0
    }
}
