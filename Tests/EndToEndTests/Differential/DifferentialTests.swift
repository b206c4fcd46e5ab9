import Foundation
import Testing

/// The same data in Prometheus 2.42 and in Vedette, the same queries to both. What differs has changed between Prometheus 2.42
/// and 3, is documented there, and is in the list below.
@Suite(
    .enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)),
    .enabled(if: Surroundings.hasPeers, Comment(rawValue: Surroundings.noPeers)))
struct DifferentialTests {
    /// Queries that 3.x answers otherwise than 2.42, each with the change that explains it.
    static let explained: [(change: String, query: String, time: Double)] = [
        ("a range no longer has the sample at its very beginning", "count_over_time(temperature[5m])", 1500.25),
        ("nor has a subquery", "count_over_time(temperature[5m:1m])", 1500),
        ("a sample of exactly five minutes ago is no longer found", "sparse", 690.25),
        ("a rate is carried back to zero only within half a distance", "rate(fresh_total[1h])", 1200.5),
        ("atan2 drops the name", "2.5 atan2 temperature", 1612.5),
        (
            "a dot matches a line's end too",
            "label_replace(label_replace(vector(1), \"a\", \"x\\ny\", \"\", \"\"), \"b\", \"hit\", \"a\", \"x.y\")", 0
        ),
    ]

    private struct Pair {
        let appliance: Appliance
        let prometheus: PrometheusPeer

        func difference(_ path: String, _ parameters: [String: String]) throws -> String? {
            let ours = try QueryAnswer(port: appliance.port, path, parameters)
            return try ours.difference(from: QueryAnswer(port: prometheus.port, path, parameters))
        }
    }

    private func pair(seed: UInt64, in workplace: Workplace) throws -> Pair {
        var series = TestSeries(seed: seed)
        let text = try workplace.write(series.openMetrics(), to: "series.txt")
        let blocks = try run(
            Surroundings.peers + "/promtool",
            ["tsdb", "create-blocks-from", "openmetrics", text, workplace.file("prometheus")], in: workplace)
        try #require(blocks.ending == .exit(0), "\(blocks.errors)")
        let data = workplace.file("vedette.db")
        let imported = try vedette("import", text, "--data", data, in: workplace)
        try #require(imported.ending == .exit(0), "\(imported.errors)")
        // The data are of 1970: nothing may be taken for too old.
        let appliance = try Appliance(
            in: workplace,
            configuration: "storage: {retention: 100y}\nself_monitoring: {host: false, vedette: false}\n",
            data: data)
        let prometheus = try PrometheusPeer(
            in: workplace, configuration: "global: {}\n", options: ["--storage.tsdb.retention.time=100y"])
        return Pair(appliance: appliance, prometheus: prometheus)
    }

    @Test(.timeLimit(.minutes(5)), arguments: [1, 2] as [UInt64])
    func answersAreTheSame(seed: UInt64) throws {
        let workplace = try Workplace()
        let pair = try pair(seed: seed, in: workplace)
        var generator = QueryGenerator(seed: seed)
        var compared = 0
        for turn in 0..<300 {
            let query = generator.query()
            let start = Double(generator.one(of: Array(0..<TestSeries.points * TestSeries.step))) + 0.5
            let difference: String?
            if turn.isMultiple(of: 2) {
                difference = try pair.difference("query", ["query": query, "time": "\(start)"])
            } else {
                difference = try pair.difference(
                    "query_range",
                    [
                        "query": query, "start": "\(start)",
                        "end": "\(start + Double(generator.one(of: [300, 900, 1800])))",
                        "step": "\(generator.one(of: [15, 30, 60, 77]))",
                    ])
            }
            if let difference {
                Issue.record("seed \(seed), query \(turn) from \(start): \(query)\n  \(difference)")
            }
            compared += 1
        }
        #expect(compared == 300)
    }

    /// A change that explains nothing any more does not belong into the list.
    @Test(.timeLimit(.minutes(2))) func explainedDifferencesAreThere() throws {
        let workplace = try Workplace()
        let pair = try pair(seed: 1, in: workplace)
        for (change, query, time) in Self.explained {
            let difference = try pair.difference("query", ["query": query, "time": "\(time)"])
            #expect(difference != nil, "\(change): \(query)")
        }
    }
}
