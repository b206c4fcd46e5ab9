import Foundation
import Testing

/// Beside the real Alertmanager: it takes what we tell it, and its own tool makes our silences.
@Suite(
    .enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)),
    .enabled(if: Surroundings.hasPeers, Comment(rawValue: Surroundings.noPeers)), .serialized)
struct AlertmanagerTests {
    private func amtool(_ port: UInt16, _ arguments: String..., in workplace: Workplace) throws -> Outcome {
        try run(
            Surroundings.peers + "/amtool", ["--alertmanager.url=http://127.0.0.1:\(port)"] + arguments, in: workplace)
    }

    /// Debian's Alertmanager reads its templates from where its package would be installed; here it is unpacked elsewhere.
    private static let inItsPlace =
        #"mount -t overlay overlay -o "lowerdir=$1/share:/usr/share" /usr/share && shift && exec "$@""#

    @Test(
        .enabled(if: Surroundings.mayMount, Comment(rawValue: Surroundings.noMount)), .timeLimit(.minutes(5)))
    func itTakesAlertsByRoutesAndTheirEnds() throws {
        let workplace = try Workplace()
        let port = try freePort()
        let file = try workplace.write("route: {receiver: none}\nreceivers: [{name: none}]\n", to: "am.yml")
        let alertmanager = try Program(
            "/usr/bin/unshare",
            [
                "--mount", "sh", "-c", Self.inItsPlace, "sh", Surroundings.peers + "/..",
                Surroundings.peers + "/prometheus-alertmanager",
                "--config.file=\(file)", "--storage.path=\(workplace.file("am"))", "--cluster.listen-address=",
                "--web.listen-address=127.0.0.1:\(port)",
            ], in: workplace)
        defer { alertmanager.send(SIGKILL) }
        try eventually("Alertmanager is ready", within: 30) { try request(port: port, path: "/-/ready").status == 200 }
        let exporter = try Exporter(text: "queue_length{queue=\"a\"} 50\nqueue_length{queue=\"b\"} 0\n")
        defer { exporter.stop() }
        let configuration =
            scraping([("test", exporter)])
                + """
                self_monitoring: {host: false, vedette: false}
                rule_files: [rules.yaml]
                actions:
                  - {name: tell, webhook: {preset: alertmanager, url: "http://127.0.0.1:\(port)"}}
                routes:
                  - {actions: [tell], group_wait: 0s, group_interval: 1s}
                """
        try workplace.write(
            """
            groups:
              - name: g
                interval: 500ms
                rules:
                  - alert: LongQueue
                    expr: queue_length > 10
                    labels: {severity: page}
                    annotations: {summary: "{{ $labels.queue }} is {{ $value }} long"}
            """, to: "rules.yaml")
        let appliance = try Appliance(in: workplace, configuration: configuration)
        func alerts() throws -> [String] {
            let answer = try amtool(port, "alert", "query", "-o", "json", in: workplace)
            let found = try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [[String: Any]] ?? []
            return found.compactMap { alert in
                let labels = alert["labels"] as? [String: String] ?? [:]
                let annotations = alert["annotations"] as? [String: String] ?? [:]
                return [labels["alertname"], labels["queue"], labels["severity"], annotations["summary"]]
                    .map { $0 ?? "?" }.joined(separator: " ")
            }
        }
        try eventually("Alertmanager has it") { try alerts() == ["LongQueue a page a is 50 long"] }
        exporter.change { _ in Reply("queue_length{queue=\"a\"} 0\nqueue_length{queue=\"b\"} 0\n") }
        try eventually("for Alertmanager it is over") { try alerts() == [] }
        #expect(try appliance.stop() == .exit(0))
    }

    @Test(.timeLimit(.minutes(5))) func itsToolMakesFindsAndEndsOurSilences() throws {
        let workplace = try Workplace()
        let exporter = try Exporter(text: "queue_length 50\n")
        let receiver = try Exporter(keepingRequests: true) { _ in Reply("thanks") }
        defer { [exporter, receiver].forEach { $0.stop() } }
        let configuration =
            scraping([("test", exporter)])
                + """
                self_monitoring: {host: false, vedette: false}
                actions:
                  - {name: tell, webhook: {url: "http://127.0.0.1:\(receiver.port)/hook"}}
                thresholds:
                  - {name: queue, expr: queue_length, interval: 200ms, for: 3s, threshold: '> 10', actions: {enter: [tell]}}
                """
        let appliance = try Appliance(in: workplace, configuration: configuration)
        let made = try amtool(
            appliance.port, "silence", "add", "alertname=queue", "--author=me", "--comment=moving house",
            "--duration=1h", in: workplace)
        #expect(made.ending == .exit(0), "\(made.errors)")
        let id = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let listed = try amtool(appliance.port, "silence", "query", in: workplace)
        #expect(listed.output.contains(id) && listed.output.contains("moving house"), "\(listed.output)")
        try eventually("what is silenced is in the history", within: 20) {
            try appliance.rows("select outcome from actions") == [["silenced"]]
        }
        #expect(receiver.received.isEmpty)
        let ended = try amtool(appliance.port, "silence", "expire", id, in: workplace)
        #expect(ended.ending == .exit(0), "\(ended.errors)")
        try eventually("now it is told") { receiver.received.count == 1 }
        let expired = try amtool(appliance.port, "silence", "query", "--expired", "-q", in: workplace)
        #expect(expired.output.contains(id), "\(expired.output)")
        #expect(try appliance.stop() == .exit(0))
    }
}
