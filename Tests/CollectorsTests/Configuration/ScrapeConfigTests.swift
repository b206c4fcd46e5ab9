import Configuration
import Exposition
import Model
import Testing

@testable import Collectors

@Suite struct ScrapeConfigTests {
    @Test func aNameIsEnough() throws {
        let config = try #require(job("").value)
        #expect(config == ScrapeConfig(jobName: "a"))
        #expect(config.interval == 60_000)
        #expect(config.timeout == 10_000)
        #expect(config.metricsPath == "/metrics")
        #expect(config.scheme == "http")
        #expect(config.honorTimestamps)
        #expect(!config.honorLabels)
        #expect(config.enableCompression)
        #expect(config.limits.action == .dropExcess)
    }

    @Test func readsEverything() throws {
        let text = """
            scrape_interval: 30s
            scrape_timeout: 20s
            metrics_path: /probe
            scheme: https
            params: {z: ["1"], module: [a, b], none: []}
            honor_labels: true
            honor_timestamps: false
            track_timestamps_staleness: true
            static_configs:
            - targets: ["x:1", 5]
              labels: {env: prod}
            - targets: []
            file_sd_configs:
            - files: [t/*.json, /abs/x.yml]
              refresh_interval: 1m
            - files: [one.yaml]
            http_sd_configs:
            - url: http://sd/targets
              refresh_interval: 10s
              basic_auth: {username: u, password_file: p}
            - url: https://sd
            relabel_configs:
            - {source_labels: [a, b], separator: "-", regex: "(.*)", target_label: c, replacement: "${1}x"}
            - {action: HashMod, source_labels: [a], modulus: 4, target_label: d}
            metric_relabel_configs: [{action: drop, source_labels: [__name__], regex: "go_.*"}]
            authorization: {credentials: t}
            tls_config: {insecure_skip_verify: true}
            proxy_url: http://proxy:3128
            follow_redirects: false
            enable_compression: false
            enable_http2: false
            sample_limit: 10
            label_limit: 20
            label_name_length_limit: 30
            label_value_length_limit: 40
            target_limit: 50
            body_size_limit: 1MB
            keep_dropped_targets: 60
            limit_action: fail_scrape
            scrape_protocols: [PrometheusText0.0.4]
            fallback_scrape_protocol: PrometheusText0.0.4
            metric_name_validation_scheme: legacy
            """
        let (value, problems) = job(text)
        let config = try #require(value, "\(problems)")
        #expect(problems == [])
        #expect(config.interval == 30_000)
        #expect(config.timeout == 20_000)
        #expect(config.metricsPath == "/probe")
        #expect(config.scheme == "https")
        #expect(config.params == [Parameter("module", ["a", "b"]), Parameter("z", ["1"])])
        #expect(config.honorLabels)
        #expect(!config.honorTimestamps)
        #expect(config.trackTimestampsStaleness)
        #expect(
            config.staticGroups == [
                TargetGroup(targets: ["x:1", "5"], labels: [Label("env", "prod")]), TargetGroup(targets: []),
            ])
        #expect(
            config.fileDiscovery.map(\.files) == [["/etc/vedette/t/*.json", "/abs/x.yml"], ["/etc/vedette/one.yaml"]])
        #expect(config.fileDiscovery.map(\.refreshInterval) == [60_000, 300_000])
        #expect(config.httpDiscovery.map(\.url) == ["http://sd/targets", "https://sd"])
        #expect(config.httpDiscovery.map(\.refreshInterval) == [10_000, 60_000])
        #expect(config.httpDiscovery.first?.http.basicAuth?.password.file == "/etc/vedette/p")
        #expect(config.relabelRules.map(\.action) == [.replace, .hashmod])
        #expect(config.relabelRules.first?.separator == "-")
        #expect(config.relabelRules.first?.replacement == "${1}x")
        #expect(config.relabelRules.last?.modulus == 4)
        #expect(config.relabelRules.map(\.legacyNames) == [true, true])
        #expect(config.metricRelabelRules.map(\.action) == [.drop])
        #expect(try config.http.authorization?.credentials?.reveal() == "t")
        #expect(config.http.tls.insecureSkipVerify)
        #expect(config.http.proxyURL == "http://proxy:3128")
        #expect(!config.http.followRedirects)
        #expect(!config.http.enableHTTP2)
        #expect(!config.enableCompression)
        var limits = ScrapeLimits()
        (limits.samples, limits.labels, limits.labelNameLength, limits.labelValueLength) = (10, 20, 30, 40)
        (limits.targets, limits.bodySize, limits.keepDroppedTargets, limits.action) = (50, 1 << 20, 60, .failScrape)
        #expect(config.limits == limits)
        #expect(config.scrapeProtocols == [.prometheusText0])
        #expect(config.fallbackProtocol == .prometheusText0)
        #expect(config.nameScheme == .legacy)
    }

    @Test func globalHoldsWhereAJobSaysNothing() throws {
        let text = """
            global:
              scrape_interval: 5s
              scrape_timeout: 4s
              sample_limit: 7
              limit_action: fail_scrape
              scrape_protocols: [OpenMetricsText1.0.0]
            scrape_configs:
            - job_name: a
            - job_name: b
              scrape_interval: 3s
              sample_limit: 8
              limit_action: drop_excess
              scrape_protocols: [PrometheusText0.0.4]
            """
        let jobs = try #require(whole(text).value?.scrapes.jobs)
        #expect(jobs.map(\.interval) == [5000, 3000])
        #expect(jobs.map(\.timeout) == [4000, 3000])
        #expect(jobs.map(\.limits.samples) == [7, 8])
        #expect(jobs.map(\.limits.action) == [.failScrape, .dropExcess])
        #expect(jobs.map(\.scrapeProtocols) == [[.openMetricsText1], [.prometheusText0]])
    }

    @Test(arguments: [
        ("scrape_timeout: 2m", "line 3, column 3: scrape_timeout 2m is longer than scrape_interval 1m"),
        ("scheme: ftp", "line 3, column 11: unknown scheme `ftp`, expected one of http, https"),
        ("schema: http", "line 3, column 3: unknown key `schema`, did you mean `scheme`?"),
        ("params: {a: b}", "line 3, column 15: expected a list, found `b`"),
        ("sample_limit: -1", "line 3, column 17: expected a whole number at least 0, found -1"),
        ("body_size_limit: 10", "line 3, column 20: cannot read size \"10\": expected a form like 512MB or 1GiB"),
        (
            "static_configs: [{targets: [\"http://x/\"]}]",
            "line 3, column 31: the target `http://x/` is no address: expected HOST:PORT (`scheme` and `metrics_path` say"
                + " the rest)"
        ),
        ("static_configs: [{target: [a]}]", "line 3, column 21: unknown key `target`, did you mean `targets`?"),
        ("static_configs: [~]", "line 3, column 20: expected a group of targets, found nothing"),
        ("file_sd_configs: [{}]", "line 3, column 21: `files` is missing"),
        (
            "file_sd_configs: [{files: [a*/b.yml]}]",
            "line 3, column 30: `a*/b.yml` cannot name target files: expected .json, .yml or .yaml, and `*` in the last"
                + " part only"
        ),
        ("http_sd_configs: [{}]", "line 3, column 21: `url` is missing"),
        (
            "http_sd_configs: [{url: ftp://x}]",
            "line 3, column 22: `url` must begin with http:// or https:// and name a host"
        ),
        (
            "http_sd_configs: [{url: http:///x}]",
            "line 3, column 22: `url` must begin with http:// or https:// and name a host"
        ),
        (
            "relabel_configs: [{action: drops}]",
            "line 3, column 30: unknown relabel action `drops`, did you mean `drop`?"
        ),
        ("relabel_configs: [{}]", "line 3, column 21: the action `replace` needs a `target_label`"),
        (
            "relabel_configs: [{regex: '(', target_label: a}]",
            "line 3, column 29: cannot use `regex`: cannot compile regular expression \"(\": missing ): ("
        ),
        ("relabel_configs: [{source_labels: a, target_label: b}]", "line 3, column 37: expected a list, found `a`"),
        (
            "basic_auth: {username: a, password: b}\nbearer_token: c",
            "line 2, column 3: at most one of `basic_auth` and `authorization` may be given"
        ),
        (
            "fallback_scrape_protocol: text",
            "line 3, column 29: unknown scrape protocol `text`, expected one of PrometheusProto, OpenMetricsText0.0.1, OpenMetricsText1.0.0, PrometheusText0.0.4, PrometheusText1.0.0"
        ),
        ("relabel_config: []", "line 3, column 3: unknown key `relabel_config`, did you mean `relabel_configs`?"),
    ]) func refuses(_ text: String, _ expected: String) {
        #expect(job(text).problems == [expected])
    }

    @Test func namesAreRequiredAndUnique() {
        #expect(whole("scrape_configs: [{}]").problems == ["line 1, column 18: `job_name` is missing"])
        #expect(whole("scrape_configs: [~]").problems == ["line 1, column 18: `job_name` is missing"])
        #expect(whole("scrape_configs: [{job_name: ''}]").problems == ["line 1, column 18: `job_name` is missing"])
        #expect(
            whole("scrape_configs: [{job_name: a}, {job_name: b}, {job_name: a}]").problems == [
                "line 1, column 48: the job name `a` stands twice"
            ])
    }

    @Test func whatPrometheusHasAndWeDoNotIsAWarning() {
        let text = """
            oauth2: {client_id: x}
            kubernetes_sd_configs: [{role: pod}, {role: endpoints}]
            consul_sd_configs: []
            native_histogram_bucket_limit: 5
            static_configs: [{targets: ['']}]
            """
        #expect(
            job(text).problems == [
                "warning line 3, column 3: `oauth2` is not supported yet and has no effect",
                "warning line 4, column 41: the role `endpoints` is not supported yet, and finds nothing; `pod` is",
                "warning line 5, column 3: `consul_sd_configs` is not supported yet and has no effect",
                "warning line 6, column 3: `native_histogram_bucket_limit` is not supported yet and has no effect",
                "warning line 7, column 31: this target has no address",
            ])
    }

    @Test func groupsOfARuleAreNoVariables() throws {
        let text = """
            relabel_configs:
            - regex: "(?P<zone>.)(.*)"
              source_labels: [a]
              target_label: "${zone}_x"
              replacement: "${zone}-${CLUSTER}-${2}-$${CLUSTER}"
            """
        let result = job(text, environment: ["CLUSTER": "c1", "zone": "wrong"])
        let rule = try #require(result.value?.relabelRules.first, "\(result.problems)")
        #expect(rule.targetLabel == "${zone}_x")
        #expect(rule.replacement == "${zone}-c1-${2}-${CLUSTER}")
        #expect(job("relabel_configs: [{target_label: a, replacement: '${zone}'}]").problems.count == 1)
    }

    @Test func filesAreIncluded() throws {
        let files = [
            "/etc/vedette/jobs/1.yaml": "scrape_configs: [{job_name: one, file_sd_configs: [{files: [t.json]}]}]",
            "/etc/vedette/jobs/2.yaml": "scrape_configs: [{job_name: main}]\nother: 1",
            "/etc/vedette/jobs/3.yaml": "scrape_configs: [",
        ]
        let access = FileAccess(
            read: { (path, _) throws(UserError) in
                guard let text = files[path] else { throw UserError("cannot read \(path)") }
                return Array(text.utf8)
            },
            glob: { pattern in
                let prefix = pattern.prefix { $0 != "*" }
                return files.keys.filter { $0.hasPrefix(prefix) }.sorted()
            })
        let good = whole("scrape_config_files: [jobs/1*, jobs/9*]\nscrape_configs: [{job_name: main}]", files: access)
        #expect(good.value?.scrapes.jobs.map(\.jobName) == ["main", "one"])
        #expect(good.value?.scrapes.jobs.last?.fileDiscovery.first?.files == ["/etc/vedette/jobs/t.json"])
        #expect(good.problems == ["warning line 1, column 32: no file fits `jobs/9*`"])
        let bad = whole("scrape_config_files: [jobs/*]\nscrape_configs: [{job_name: main}]", files: access)
        #expect(
            bad.problems == [
                "/etc/vedette/jobs/2.yaml:1:18: the job name `main` stands twice",
                "/etc/vedette/jobs/2.yaml:2:1: unknown key `other`",
                "/etc/vedette/jobs/3.yaml:2:1: cannot read as YAML: while parsing a flow node: did not find expected node"
                    + " content",
            ])
    }
}
