import Foundation
import Testing

/// SIGHUP: a good file is taken over whole, a bad one changes nothing.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)))
struct ReloadTests {
    @Test func aGoodFileIsTakenOver() throws {
        let workplace = try Workplace()
        let old = try Exporter { Reply("old \($0)\n") }
        let kept = try Exporter { Reply("kept \($0)\n") }
        let new = try Exporter { Reply("new \($0)\n") }
        defer { [old, kept, new].forEach { $0.stop() } }
        let appliance = try Appliance(in: workplace, configuration: scraping([("old", old), ("kept", kept)]))
        try eventually("both are scraped") { old.requests > 2 && kept.requests > 2 }

        try workplace.write(scraping([("kept", kept), ("new", new)]), to: "vedette.yaml")
        appliance.program.send(SIGHUP)
        try eventually("the new one is scraped") {
            try !appliance.rows("select 1 from series where metric = 'new'").isEmpty
        }
        try eventually("the old one is left alone") {
            let before = old.requests
            Thread.sleep(forTimeInterval: 1)
            return old.requests == before
        }
        #expect(
            try appliance.rows("select job from scrape_targets where job in ('old', 'kept', 'new') order by 1") == [
                ["kept"], ["new"],
            ])
        #expect(try appliance.stop() == .exit(0))
        // The one that stayed was never interrupted: its answers are stored without a gap.
        let values = try query(
            appliance.data, "select cast(value as integer) from samples where metric = 'kept' order by ts"
        ).compactMap { $0.first.flatMap(Int.init) }
        #expect(values == Array(1...max(1, values.count)))
    }

    @Test func aBadFileChangesNothing() throws {
        let workplace = try Workplace()
        let exporter = try Exporter { Reply("request \($0)\n") }
        defer { exporter.stop() }
        let appliance = try Appliance(in: workplace, configuration: scraping([("test", exporter)]))
        try eventually("it is scraped") { exporter.requests > 2 }

        try workplace.write("global:\n  scrape_intervall: 5s\n", to: "vedette.yaml")
        appliance.program.send(SIGHUP)
        try eventually("the mistake is named with its place and a suggestion") {
            appliance.log.contains("vedette.yaml:2:3") && appliance.log.contains("scrape_interval")
        }
        let before = exporter.requests
        try eventually("the old configuration goes on") { exporter.requests > before + 3 }

        // And once it is mended the next one is taken.
        let second = try Exporter { Reply("second \($0)\n") }
        defer { second.stop() }
        try workplace.write(scraping([("test", exporter), ("second", second)]), to: "vedette.yaml")
        appliance.program.send(SIGHUP)
        try eventually("the mended file is taken over") { second.requests > 2 }
        #expect(try appliance.stop() == .exit(0))
    }
}
