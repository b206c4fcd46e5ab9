import ClusterSupport
import Foundation
import Testing

/// Two instances and a lease in the cluster: one acts; when it is killed the other does, within the lease.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)))
struct LeaseTests {
    @Test(.timeLimit(.minutes(5))) func ofTwoInstancesOnOneLeaseOneActs() async throws {
        let cluster = try FakeCluster()
        let exporter = try Exporter(text: "queue_length 50\n")
        let receiver = try Exporter(keepingRequests: true) { _ in Reply("thanks") }
        defer { [exporter, receiver].forEach { $0.stop() } }
        func start(_ name: String) throws -> Appliance {
            let workplace = try Workplace()
            let kubeconfig = try workplace.write(
                """
                current-context: here
                contexts: [{name: here, context: {cluster: here, namespace: shop}}]
                clusters: [{name: here, cluster: {server: "\(cluster.url)"}}]
                """, to: "kubeconfig")
            return try Appliance(
                in: workplace,
                configuration: scraping([("test", exporter)])
                    + """
                    self_monitoring: {host: false, vedette: false}
                    leadership: {lease: {name: leader}, identity: \(name), lease_duration: 3s, renew_deadline: 2s, retry_period: 500ms}
                    actions: [{name: tell, webhook: {url: "http://127.0.0.1:\(receiver.port)/"}}]
                    thresholds: [{name: queue, expr: queue_length, threshold: "> 10", interval: 200ms, actions: {enter: [tell]}}]
                    """, environment: ["KUBECONFIG": kubeconfig])
        }
        let first = try start("first")
        try eventually("the first one leads and acts") { receiver.received.count == 1 }
        #expect(cluster.lease("shop", "leader")?.holder == "first")
        let epoch = try #require(cluster.lease("shop", "leader")?.transitions)
        let second = try start("second")
        try eventually("the second one judges") {
            try second.rows("select 1 from rule_states where state = 'active'").count == 1
        }
        #expect(try second.metric("vedette_leader") == 0)
        try first.crash()
        let crashed = monotonicSeconds()
        try eventually("the second one acts in its place") { receiver.received.count == 2 }
        #expect(monotonicSeconds() - crashed < 6)
        #expect(cluster.lease("shop", "leader")?.holder == "second")
        #expect(cluster.lease("shop", "leader")?.transitions ?? 0 > epoch)
        #expect(try second.rows("select leader_epoch from action_history") == [["\(epoch + 1)"]])
        // It gives the lease up when it stops.
        #expect(try second.stop() == .exit(0))
        #expect(cluster.lease("shop", "leader")?.holder == "")
        await cluster.stop()
    }
}
