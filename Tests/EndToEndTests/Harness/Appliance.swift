import Foundation

/// `vedette serve`, running on a port of its own choice with a file in the test's workplace.
final class Appliance: Sendable {
    let program: Program
    let data: String
    let port: UInt16

    /// Starts it and waits until it is ready. With no configuration it gets none, as a newcomer starts it.
    init(
        in workplace: Workplace, configuration: String? = nil, data: String? = nil, port wanted: UInt16 = 0,
        options: [String] = [], environment: [String: String] = [:]
    ) throws {
        self.data = data ?? workplace.file("vedette.db")
        var arguments = ["serve", "--data", self.data, "--listen", "127.0.0.1:\(wanted)"] + options
        if let configuration {
            arguments += ["--config", try workplace.write(configuration, to: "vedette.yaml")]
        }
        let program = try Program(Surroundings.binary, arguments, in: workplace, environment: environment)
        self.program = program
        port = try eventually("a line that names the address it listens on", within: 20) {
            if let port = Appliance.listeningPort(program.errors) { return port }
            if let ending = program.check() {
                throw Hopeless(description: "it ended (\(ending)): \(program.errors)\(program.output)")
            }
            return nil
        }
        try eventually("it says that it is ready", within: 20) {
            if let ending = program.check() { throw Hopeless(description: "it ended (\(ending)): \(program.errors)") }
            return try get("/-/ready").status == 200
        }
    }

    /// The port in the line that says `listening … address=127.0.0.1:PORT`.
    static func listeningPort(_ log: String) -> UInt16? {
        for line in log.split(separator: "\n") where line.contains("listening") {
            guard let field = line.range(of: "address=127.0.0.1:") else { continue }
            return UInt16(line[field.upperBound...].prefix { $0.isNumber })
        }
        return nil
    }

    var log: String { program.errors }

    func get(_ path: String, headers: [String: String] = [:]) throws -> Answer {
        try request(port: port, path: path, headers: headers)
    }

    /// The value of a series on /metrics, named as it is written there.
    func metric(_ series: String) throws -> Double? {
        for line in try get("/metrics").text.split(separator: "\n") where line.hasPrefix(series + " ") {
            return Double(line.dropFirst(series.count + 1).prefix { $0 != " " })
        }
        return nil
    }

    /// The sum of all series on /metrics whose line contains every one of these words.
    func metricSum(_ words: String...) throws -> Double {
        try get("/metrics").text.split(separator: "\n")
            .filter { line in !line.hasPrefix("#") && words.allSatisfy { line.contains($0) } }
            .compactMap { Double($0.split(separator: " ").last ?? "") }
            .reduce(0, +)
    }

    func rows(_ sql: String) throws -> [[String]] {
        try query(data, sql)
    }

    /// Asks it to stop; within the promised five seconds it must be gone.
    func stop() throws -> Program.Ending {
        program.send(SIGTERM)
        return try program.wait(within: 5)
    }

    /// Ends it the hard way, at once.
    func crash() throws {
        program.send(SIGKILL)
        _ = try program.wait(within: 5)
    }
}

/// The binary with other arguments than `serve`, run to its end.
func vedette(
    _ arguments: String..., in workplace: Workplace, input: String? = nil, environment: [String: String] = [:]
) throws -> Outcome {
    try run(Surroundings.binary, arguments, in: workplace, input: input, environment: environment)
}

/// A configuration that scrapes exporters often, each as a job of its own name.
func scraping(_ jobs: [(name: String, exporter: Exporter)], every interval: String = "200ms", more: String = "")
    -> String
{
    var text = "global:\n  scrape_interval: \(interval)\n  scrape_timeout: \(interval)\nscrape_configs:\n"
    for job in jobs {
        text += "  - job_name: \(job.name)\n    static_configs:\n      - targets: [\"\(job.exporter.address)\"]\n"
    }
    return text + more
}
