import Foundation
import Testing

/// What is judged stays known by its name, through reloads and restarts.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)), .serialized)
struct GoingOnTests {
    private let exporter: Exporter
    private let receiver: Exporter
    private let workplace: Workplace

    init() throws {
        exporter = try Exporter(text: "queue_length 50\n")
        receiver = try Exporter(keepingRequests: true) { _ in Reply("thanks") }
        workplace = try Workplace()
    }

    private func configuration(_ thresholds: String, more: String = "") -> String {
        scraping([("test", exporter)], every: "200ms")
            + """
            self_monitoring: {host: false, vedette: false}
            actions:
              - {name: tell, retry: {min: 100ms, max: 200ms}, webhook: {url: "http://127.0.0.1:\(receiver.port)/hook"}}
            thresholds: [\(thresholds)]
            \(more)
            """
    }

    private func queue(_ more: String) -> String {
        "{name: queue, expr: queue_length, threshold: '> 10', actions: {enter: [tell], resolve: [tell]}, \(more)}"
    }

    private func reload(_ appliance: Appliance, _ configuration: String) throws {
        try workplace.write(configuration, to: "vedette.yaml")
        appliance.program.send(SIGHUP)
    }

    @Test(.timeLimit(.minutes(5))) func anotherIntervalBeginsNoDurationAnew() throws {
        defer { [exporter, receiver].forEach { $0.stop() } }
        let appliance = try Appliance(in: workplace, configuration: configuration(queue("interval: 200ms, for: 1h")))
        let known = try eventually("it is pending") { () -> [String]? in
            try appliance.rows(
                "select state, since, detail->>'pending_since', instance_id >> 20 from rule_instances where state = 'pending'"
            ).first
        }
        try reload(appliance, configuration(queue("interval: 300ms, for: 1h")))
        let after = try eventually("it is judged in another group") { () -> [String]? in
            try appliance.rows(
                "select i.state, i.since, i.detail->>'pending_since', i.instance_id >> 20 from rule_instances i join rule_groups g on g.group_id = i.instance_id >> 20 where g.name = 'thresholds/300ms'"
            ).first
        }
        #expect(after.prefix(3) == known.prefix(3))
        #expect(after[3] != known[3])
        #expect(try appliance.rows("select count(*) from rule_groups") == [["1"]])
        #expect(try appliance.rows("select count(*) from rule_instances") == [["1"]])
        #expect(try appliance.stop() == .exit(0))
    }

    @Test(.timeLimit(.minutes(5))) func aThresholdThatIsTakenOutIsOverAndBeginsAnew() throws {
        defer { [exporter, receiver].forEach { $0.stop() } }
        let with = configuration(queue("interval: 200ms"))
        let appliance = try Appliance(in: workplace, configuration: with)
        try eventually("it is told") { receiver.received.count == 1 }
        try eventually("that is on record") {
            try appliance.rows("select 1 from actions where outcome = 'succeeded'").count == 1
        }
        try reload(appliance, configuration(""))
        try eventually("its end is told") { receiver.received.count == 2 }
        #expect(receiver.received.last?.body.contains("\"status\":\"resolved\"") == true)
        try eventually("nothing is left of it") {
            try appliance.rows("select count(*) from rule_instances") == [["0"]]
        }
        try reload(appliance, with)
        try eventually("it is told again") { receiver.received.count == 3 }
        try eventually("that is on record, too") {
            try appliance.rows("select cause, outcome from actions order by 1") == [
                ["enter", "succeeded"], ["enter", "succeeded"], ["resolve", "succeeded"],
            ]
        }
        #expect(try appliance.stop() == .exit(0))
    }

    @Test(.timeLimit(.minutes(5))) func aStopAndAStartUnderALockRepeatNothing() throws {
        defer { [exporter, receiver].forEach { $0.stop() } }
        let configuration = configuration(
            queue("interval: 200ms"),
            more:
                "leadership: {lock_file: \"\(workplace.file("lock"))\", lease_duration: 3s, renew_deadline: 2s, retry_period: 500ms}\nroutes:\n  - {actions: [tell], group_wait: 0s, group_interval: 1s}"
        )
        var appliance = try Appliance(in: workplace, configuration: configuration)
        try eventually("it is told, by its threshold and by the route") { receiver.received.count == 2 }
        try eventually("that is on record") {
            try appliance.rows("select 1 from actions where outcome = 'succeeded'").count == 2
        }
        let epoch = try #require(try appliance.metric("vedette_leader_epoch"))
        for isCrash in [false, true] {
            if isCrash { try appliance.crash() } else { #expect(try appliance.stop() == .exit(0)) }
            appliance = try Appliance(in: workplace, configuration: configuration)
            try eventually("it leads again", within: 20) { try appliance.metric("vedette_leader") == 1 }
            let evaluated = try appliance.rows("select max(evaluated) from rule_groups")
            try eventually("it judges on") { try appliance.rows("select max(evaluated) from rule_groups") > evaluated }
            Thread.sleep(forTimeInterval: 2)
            #expect(receiver.received.count == 2, "\(receiver.received.map(\.body))")
        }
        // Whoever stops gives its turn away; whoever crashes finds it again.
        #expect(try #require(try appliance.metric("vedette_leader_epoch")) == epoch + 1)
        exporter.change { _ in Reply("queue_length 0\n") }
        try eventually("its end is told") { receiver.received.count == 4 }
        #expect(try appliance.stop() == .exit(0))
    }
}

private func > (one: [[String]], other: [[String]]) -> Bool {
    (one.first?.first.flatMap { Int64($0) } ?? 0) > (other.first?.first.flatMap { Int64($0) } ?? 0)
}
