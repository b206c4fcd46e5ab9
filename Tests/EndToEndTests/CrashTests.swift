import Foundation
import Testing

/// `kill -9` under load, again and again on one file: what was committed stays, nothing is there twice.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)), .serialized)
struct CrashTests {
    static let kills = 20
    /// An answer older than this when the blow falls must be in the file: it is committed once a second at least, and
    /// on its way a little longer.
    static let acknowledged = 1.5

    @Test(.timeLimit(.minutes(10))) func nothingCommittedIsLost() throws {
        let workplace = try Workplace()
        let exporters = try (1...3).map { number in
            try Exporter { request in
                var body = "request{exporter=\"\(number)\"} \(request)\n"
                for n in 0..<300 { body += "load{exporter=\"\(number)\",n=\"\(n)\"} \(request * n % 1000).\(n % 10)\n" }
                return Reply(body)
            }
        }
        defer { exporters.forEach { $0.stop() } }
        let jobs = exporters.enumerated().map { (name: "load\($0.offset + 1)", exporter: $0.element) }
        let configuration = scraping(jobs)
        var random = SystemRandomNumberGenerator()
        /// All that a reader has ever seen: job, time, value.
        var seen: Set<[String]> = []
        var blows: [Double] = []
        let all =
            "select json_extract(labels, '$.job'), ts, cast(value as integer) from samples where metric = 'request'"

        for kill in 1...Self.kills {
            let appliance = try Appliance(in: workplace, configuration: configuration)
            let blow = monotonicSeconds() + Double.random(in: 0.3...3, using: &random)
            while monotonicSeconds() < blow {
                seen.formUnion(try appliance.rows(all))
                Thread.sleep(forTimeInterval: min(0.2, max(0, blow - monotonicSeconds())))
            }
            let struck = monotonicSeconds()
            blows.append(struck)
            try appliance.crash()

            #expect(try queryOne(appliance.data, "pragma integrity_check") == "ok", "after kill \(kill)")
            let rows = try query(appliance.data, all)
            let found = Set(rows)
            #expect(found.count == rows.count, "a sample twice after kill \(kill)")
            #expect(
                found.isSuperset(of: seen),
                "kill \(kill): \(seen.subtracting(found).count) samples that were seen are gone")
            seen = found

            for job in jobs {
                let stored = Set(found.filter { $0.first == job.name }.compactMap { $0.last.flatMap(Int.init) })
                // Answers shortly before one of the blows may never have arrived.
                let sent = job.exporter.answered.filter { answer in
                    !blows.contains { (0..<Self.acknowledged).contains($0 - answer.value) }
                }.keys
                let failed = try query(
                    appliance.data,
                    """
                    select 1 from samples
                    where metric = 'up' and value = 0 and json_extract(labels, '$.job') = '\(job.name)'
                    """
                ).count
                let missing = sent.filter { !stored.contains($0) }.sorted()
                #expect(missing.count <= failed, "kill \(kill): \(job.name) has not stored \(missing)")
            }
            try ScrapingTests.expectNothingTwice(appliance.data)
        }
        // And it goes on: a last, orderly life.
        let appliance = try Appliance(in: workplace, configuration: configuration)
        let before = exporters.map(\.requests)
        try eventually("it scrapes on") { zip(exporters, before).allSatisfy { $0.requests > $1 + 3 } }
        #expect(try appliance.stop() == .exit(0))
        #expect(Set(try query(appliance.data, all)).isSuperset(of: seen))
    }
}
