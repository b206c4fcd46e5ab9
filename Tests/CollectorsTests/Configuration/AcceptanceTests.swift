import Foundation
import Testing

/// Where promtool is, when it is installed.
let promtool = ["/usr/bin/promtool", "/usr/local/bin/promtool"].first {
    FileManager.default.isExecutableFile(atPath: $0)
}

/// Runs promtool and waits for it.
func runPromtool(_ arguments: [String]) throws -> (status: Int32, output: Data) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(promtool))
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = Pipe()
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, data)
}

/// Who accepts a configuration.
enum Verdict: String {
    case both, neither
    /// We are stricter, and why.
    case prometheusOnly
    /// We are more lenient, or understand what promtool 2.42 did not know yet.
    case usOnly
}

private let wholeFiles: [(String, Verdict)] = [
    ("", .both), ("# nothing", .both), ("global:\n", .both), ("global: {}\nscrape_configs: []\nrule_files:\n", .both),
    ("global: {scrape_interval: 1s, scrape_timeout: 2s}", .neither), ("global: {scrape_interval: 5s}", .both),
    ("global: {scrape_timeout: 5s}", .both), ("global: {external_labels: {a: b}}", .both), ("globall: {}", .neither),
    ("global: [a]", .neither), ("alerting: {alertmanagers: [{static_configs: [{targets: ['a:9093']}]}]}", .both),
    (
        "remote_write: [{url: 'http://x/write', write_relabel_configs: [{action: drop, regex: x, source_labels: [a]}]}]",
        .both
    ),
    ("remote_read: [{url: 'http://x/read'}]", .both), ("storage: {tsdb: {out_of_order_time_window: 1h}}", .both),
    ("storage: {exemplars: {max_exemplars: 5}}", .both), ("storage: {path: x}", .usOnly),
    ("listen: 127.0.0.1:1", .usOnly),
    ("tracing: {endpoint: 'x:1'}", .both), ("a: b: c", .neither), ("scrape_configs: {}", .neither), ("- a", .neither),
    ("scrape_configs: [{job_name: a}, {job_name: a}]", .neither), ("scrape_configs: [{}]", .neither),
    ("scrape_configs: [~]", .neither), ("global: {}\nglobal: {}", .neither), ("global: {scrape_interval: 1d2h}", .both),
    ("global: {evaluation_interval: 10}", .neither), ("x: &a {scrape_interval: 1s}\nglobal: *a", .neither),
    ("scrape_configs:\n- &a {job_name: a, scheme: https}\n- {<<: *a, job_name: b}", .both),
    // Go's YAML has no `\/`, which JSON has.
    ("{\"global\": {\"scrape_interval\": \"5s\"}, \"scrape_configs\": [{\"job_name\": \"\\u00e9\"}]}", .both),
    ("{\"scrape_configs\": [{\"job_name\": \"a\\/b\"}]}", .usOnly),
    ("global: {scrape_protocols: [PrometheusText0.0.4]}", .usOnly),
    ("---\nglobal: {}\n---\nglobal: {}\n", .prometheusOnly),
]

private let jobs: [(String, Verdict)] = [
    ("sample_limit: 1_000", .both), ("sample_limit: 0x10", .both), ("sample_limit: 1e3", .both),
    ("sample_limit: \"5\"", .neither),
    ("sample_limit: -1", .neither), ("sample_limit: 1.5", .prometheusOnly), ("sample_limit: a", .neither),
    ("honor_labels: yes", .both),
    ("honor_labels: y", .both), ("honor_labels: off", .both), ("honor_labels: \"true\"", .neither),
    ("honor_labels: 1", .neither),
    ("body_size_limit: 10", .neither), ("body_size_limit: 1.5GB", .both), ("body_size_limit: 1GiB512MiB", .both),
    ("body_size_limit: 0", .both),
    ("body_size_limit: -1GB", .prometheusOnly), ("body_size_limit: 10mb", .neither), ("scheme: https", .both),
    ("scheme: ftp", .prometheusOnly),
    ("scrape_interval: 15", .neither), ("scrape_interval: \"\"", .neither), ("scrape_interval:", .both),
    ("scrape_interval: ~", .both),
    ("scrape_timeout: 2m", .neither), ("scrape_timeout: 61s\n  scrape_interval: 61s", .both),
    ("params: {a: b}", .neither),
    ("params: {a: [b, 5]}", .both), ("static_configs: [{targets: ['http://x/']}]", .neither),
    ("static_configs: [{targets: [a, 5, true]}]", .both),
    ("static_configs: [{targets: [a], labels: {b: 5}}]", .both),
    ("static_configs: [{targets: [a], label: {}}]", .neither),
    ("static_configs: [~]", .neither), ("static_configs: {}", .neither), ("static_configs: [{targets: a}]", .neither),
    ("relabel_configs: [{action: Drop}]", .both), ("relabel_configs: [{action: x}]", .neither),
    ("relabel_configs: [{source_labels: a}]", .neither),
    ("relabel_configs: [{regex: 5, source_labels: [a], target_label: b}]", .both),
    ("relabel_configs: [{regex: '(', target_label: b}]", .neither),
    ("relabel_configs: [{target_label: b, replacement: ''}]", .both), ("relabel_configs: [{}]", .neither),
    ("relabel_configs: [~]", .neither),
    ("relabel_configs: [{action: hashmod, target_label: b}]", .neither),
    ("relabel_configs: [{action: hashmod, target_label: b, modulus: 3}]", .both),
    ("relabel_configs: [{action: labeldrop, regex: x, source_labels: [b]}]", .neither),
    ("relabel_configs: [{action: labelkeep, regex: x}]", .both),
    ("relabel_configs: [{action: keepequal, source_labels: [a], target_label: b}]", .both),
    ("relabel_configs: [{action: dropequal, source_labels: [a], target_label: b, regex: c}]", .neither),
    ("relabel_configs: [{action: lowercase, source_labels: [a]}]", .neither),
    ("relabel_configs: [{action: uppercase, source_labels: [a], target_label: b, replacement: c}]", .neither),
    ("relabel_configs: [{target_label: 'a-b'}]", .usOnly),
    ("relabel_configs: [{target_label: '${1}x', separator: ~}]", .both),
    ("relabel_configs: [{target_label: a, replacement: '$1'}]\n  metric_name_validation_scheme: legacy", .usOnly),
    ("metric_relabel_configs: [{action: labelmap, replacement: 'x_$1'}]", .both), ("relabel_config: []", .neither),
    ("basic_auth: {username: a, password: b}", .both),
    ("basic_auth: {username: a, password: b, password_file: c}", .neither), ("basic_auth: {}", .both),
    ("basic_auth: ~", .both), ("basic_auth: {user: a}", .neither),
    ("authorization: {type: Basic, credentials: x}", .neither), ("authorization: {credentials: x}", .both),
    ("authorization: {credentials: x, credentials_file: y}", .neither), ("bearer_token: x", .both),
    ("bearer_token: x\n  basic_auth: {}", .neither),
    ("authorization: {}\n  basic_auth: {}", .neither),
    ("oauth2: {client_id: a, client_secret: b, token_url: 'http://x'}", .both),
    ("tls_config: {insecure_skip_verify: true, server_name: x}", .both), ("tls_config: {cert_file: nosuch}", .neither),
    ("tls_config: {cert: x}", .neither),
    ("tls_config: {min_version: TLS12}", .both), ("tls_config: {min_version: TLS14}", .neither),
    ("proxy_url: http://x:1", .both), ("proxy_url: foo", .prometheusOnly),
    ("follow_redirects: false", .both), ("enable_http2: false", .both), ("enable_compression: false", .usOnly),
    ("track_timestamps_staleness: true", .usOnly),
    ("keep_dropped_targets: 5", .usOnly),
    ("label_limit: 1\n  label_name_length_limit: 2\n  label_value_length_limit: 3\n  target_limit: 4", .both),
    ("file_sd_configs: [{files: ['x/*.yml', 'y.json']}]", .both),
    ("file_sd_configs: [{files: ['a*/b.yml']}]", .neither), ("file_sd_configs: [{files: [x.txt]}]", .neither),
    ("file_sd_configs: [{}]", .neither), ("file_sd_configs: [{files: [x.yml], refresh_interval: 5}]", .neither),
    ("http_sd_configs: [{url: 'http://x/'}]", .both),
    ("http_sd_configs: [{url: 'ftp://x'}]", .neither), ("http_sd_configs: [{}]", .neither),
    ("http_sd_configs: [{url: 'https://x', basic_auth: {}, refresh_interval: 5s}]", .both),
    ("dns_sd_configs: [{names: [a]}]", .both),
    ("unknown_sd_configs: []", .neither), ("job_name: b", .neither),
    ("limit_action: fail_scrape", .usOnly), ("honor_timestamps: false\n  metrics_path: x", .both),
]

@Suite struct AcceptanceTests {
    /// Every text of the tables is judged by us and, where it is installed, by `promtool check config`.
    @Test func weAcceptWhatPrometheusAccepts() throws {
        let cases = wholeFiles + jobs.map { ("scrape_configs:\n- job_name: a\n  \($0.0)\n", $0.1) }
        let path = NSTemporaryDirectory() + "vedette-acceptance-\(UUID().uuidString).yml"
        defer { unlink(path) }
        for (text, expected) in cases {
            let ours = whole(text)
            #expect((ours.value != nil) == (expected == .both || expected == .usOnly), "\(text): \(ours.problems)")
            guard promtool != nil else { continue }
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            let theirs = try runPromtool(["check", "config", "--syntax-only", path])
            #expect((theirs.status == 0) == (expected == .both || expected == .prometheusOnly), "promtool: \(text)")
        }
    }

    @Test func debiansOwnFileNeedsNoChange() {
        let result = whole(debianFile)
        #expect(result.value?.scrapes.jobs.map(\.jobName) == ["prometheus", "node"])
        #expect(result.problems == ["warning line 9, column 1: `alerting` is not supported yet and has no effect"])
    }

    @Test func aLargeFileOfPrometheusIsAcceptedWithWarningsOnly() {
        let result = whole(largeFile)
        #expect(result.value?.scrapes.jobs.count == 4)
        #expect(
            result.problems.allSatisfy {
                $0.hasPrefix("warning ") && $0.hasSuffix("is not supported yet and has no effect")
            })
        #expect(result.problems.count == 11)
    }
}

private let debianFile = """
    # Sample config for Prometheus.

    global:
      scrape_interval:     15s # Set the scrape interval to every 15 seconds. Default is every 1 minute.
      evaluation_interval: 15s # Evaluate rules every 15 seconds. The default is every 1 minute.
      external_labels:
          monitor: 'example'

    alerting:
      alertmanagers:
      - static_configs:
        - targets: ['localhost:9093']

    rule_files:
      # - "first_rules.yml"
      # - "second_rules.yml"

    scrape_configs:
      - job_name: 'prometheus'
        scrape_interval: 5s
        scrape_timeout: 5s
        static_configs:
          - targets: ['localhost:9090']

      - job_name: node
        static_configs:
          - targets: ['localhost:9100']
    """

private let largeFile = """
    global:
      scrape_interval: 15s
      query_log_file: q.log
      external_labels: {cluster: a, replica: "0"}
    runtime: {gogc: 75}
    rule_files: ["rules/*.yml"]
    alerting:
      alert_relabel_configs: [{regex: replica, action: labeldrop}]
      alertmanagers: [{scheme: https, kubernetes_sd_configs: [{role: endpoints}]}]
    remote_write:
      - url: https://x/api/v1/write
        queue_config: {max_samples_per_send: 1000}
        sigv4: {region: eu}
    remote_read: [{url: "http://x/read", read_recent: true}]
    storage: {tsdb: {out_of_order_time_window: 30m}, exemplars: {max_exemplars: 100000}}
    tracing: {endpoint: "tempo:4317"}
    otlp: {promote_resource_attributes: [service.name]}
    scrape_configs:
      - job_name: kubernetes-pods
        kubernetes_sd_configs: [{role: pod, namespaces: {names: [default]}}]
        relabel_configs:
          - source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape]
            action: keep
            regex: true
          - source_labels: [__address__, __meta_kubernetes_pod_annotation_prometheus_io_port]
            action: replace
            regex: ([^:]+)(?::\\d+)?;(\\d+)
            replacement: $1:$2
            target_label: __address__
          - action: labelmap
            regex: __meta_kubernetes_pod_label_(.+)
      - job_name: blackbox
        metrics_path: /probe
        params: {module: [http_2xx]}
        static_configs: [{targets: ["https://prometheus.io", "http://example.com:8080/x"]}]
        relabel_configs:
          - {source_labels: [__address__], target_label: __param_target}
          - {source_labels: [__param_target], target_label: instance}
          - {target_label: __address__, replacement: "127.0.0.1:9115"}
      - job_name: federate
        honor_labels: true
        params: {'match[]': ['{job="a"}', '{__name__=~"job:.*"}']}
        static_configs: [{targets: ["a:9090"]}]
        scrape_classic_histograms: true
      - job_name: files
        file_sd_configs: [{files: [targets/*.json], refresh_interval: 5m}]
        metric_relabel_configs: [{source_labels: [__name__], regex: "(go|process)_.*", action: drop}]
    """
