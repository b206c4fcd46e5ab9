import ClusterSupport
import Foundation
import Testing

/// Pods of a cluster that is no more than its API server, scraped by the real binary. It finds the cluster as kubectl would, and
/// is somebody by a program's word.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)))
struct PodScrapingTests {
    @Test(.timeLimit(.minutes(5))) func podsAreScrapedFromWhenTheyComeUntilTheyGo() async throws {
        let workplace = try Workplace()
        let cluster = try FakeCluster(token: "s3cret-token")
        let exporter = try Exporter(text: "queue_length 5\n")
        defer { exporter.stop() }
        let login = try workplace.write(
            """
            #!/bin/sh
            echo "$KUBERNETES_EXEC_INFO" >"$0.asked"
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"s3cret-token"}}'
            """, to: "login")
        #expect(chmod(login, 0o755) == 0)
        let kubeconfig = try workplace.write(
            """
            current-context: here
            contexts: [{name: here, context: {cluster: here, user: me}}]
            clusters: [{name: here, cluster: {server: "\(cluster.url)"}}]
            users: [{name: me, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./login}}}]
            """, to: "kubeconfig")
        func put(_ name: String, scrape: String = "true") {
            cluster.putPod(
                name, address: "127.0.0.1", labels: ["app": "web"],
                annotations: ["prometheus.io/scrape": scrape], ports: [("http", Int(exporter.port))])
        }
        put("first")
        put("unwanted", scrape: "false")
        let appliance = try Appliance(
            in: workplace,
            configuration: """
                self_monitoring: {host: false, vedette: false}
                scrape_configs:
                  - job_name: pods
                    scrape_interval: 30s
                    kubernetes_sd_configs: [{role: pod}]
                    relabel_configs:
                      - {source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape], regex: "true", action: keep}
                      - {source_labels: [__meta_kubernetes_pod_name], target_label: pod}
                      - {regex: __meta_kubernetes_pod_label_(.+), action: labelmap}
                """, environment: ["KUBECONFIG": kubeconfig])
        func pods() throws -> [String] {
            try appliance.rows(
                "select labels->>'pod' from series where metric = 'queue_length' and labels->>'app' = 'web' order by 1"
            )
            .compactMap(\.first)
        }
        try eventually("the first pod is scraped") { try pods() == ["first"] }
        let asked = try String(contentsOfFile: login + ".asked", encoding: .utf8)
        #expect(asked.contains("ExecCredential"))
        let came = Date()
        put("second")
        try eventually("the second one is scraped") { exporter.requests == 2 }
        #expect(Date().timeIntervalSince(came) < 1, "within a second of its event")
        cluster.remove("pods", "default", "first")
        try eventually("the first one is gone") {
            try appliance.rows("select instance from scrape_targets where job = 'pods'").count == 1
        }
        // Who we are is told to the API server alone.
        #expect(!appliance.log.contains("s3cret-token"))
        #expect(try appliance.stop() == .exit(0))
        await cluster.stop()
    }
}
