import Foundation

/// Prometheus itself, with a configuration of the test's.
final class PrometheusPeer: Sendable {
    let program: Program
    let port: UInt16

    init(in workplace: Workplace, configuration: String, options: [String] = []) throws {
        let config = try workplace.write(configuration, to: "prometheus.yml")
        // It cannot choose a port itself: take one that is free just now.
        port = try freePort()
        program = try Program(
            Surroundings.peers + "/prometheus",
            [
                "--config.file=\(config)", "--storage.tsdb.path=\(workplace.file("prometheus"))",
                "--web.listen-address=127.0.0.1:\(port)",
            ] + options, in: workplace)
        try eventually("Prometheus is ready", within: 30) { try request(port: port, path: "/-/ready").status == 200 }
    }

    /// The JSON of an API call.
    func api(_ path: String) throws -> [String: Any] {
        let answer = try request(port: port, path: "/api/v1/" + path)
        let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        guard let object, object["status"] as? String == "success", let data = object["data"] as? [String: Any] else {
            throw Failure("\(path): \(answer.text)")
        }
        return data
    }

    /// The targets as it sees them.
    func targets() throws -> [(job: String, health: String, error: String)] {
        let active = try api("targets")["activeTargets"] as? [[String: Any]] ?? []
        return active.map { target in
            let labels = target["labels"] as? [String: Any]
            return (
                labels?["job"] as? String ?? "", target["health"] as? String ?? "", target["lastError"] as? String ?? ""
            )
        }
    }
}

/// `promtool check metrics`: its verdict and what it says.
func promtoolCheckMetrics(_ text: String, in workplace: Workplace) throws -> Outcome {
    try run(Surroundings.peers + "/promtool", ["check", "metrics"], in: workplace, input: text)
}

func freePort() throws -> UInt16 {
    let exporter = try Exporter(text: "")
    defer { exporter.stop() }
    return exporter.port
}
