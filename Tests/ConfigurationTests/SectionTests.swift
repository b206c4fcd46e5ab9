import Model
import Testing

@testable import Configuration

@Suite struct SectionTests {
    @Test func everythingHasADefault() throws {
        let common = try #require(decoded("") { CommonSections($0) }.value)
        #expect(common.global.scrapeInterval == 60_000)
        #expect(common.global.scrapeTimeout == 10_000)
        #expect(common.global.evaluationInterval == 60_000)
        #expect(common.global.scrapeProtocols.first == .openMetricsText1)
        #expect(common.global.limits == ScrapeLimits())
        #expect(common.listen == nil)
        #expect(common.tls == nil)
        #expect(common.auth.users.isEmpty)
        #expect(common.storage == StorageSection())
        #expect(common.query == QuerySection())
        #expect(common.query.timeout == 120_000 && common.query.lookbackDelta == 300_000)
        #expect(common.query.maxSamples == 50_000_000 && common.query.maxConcurrency == 20)
        #expect(!common.enableLifecycle)
        #expect(ListenAddress().description == "127.0.0.1:7373")
    }

    @Test func readsEverything() throws {
        let text = """
            global:
              scrape_interval: 30s
              scrape_timeout: 20s
              evaluation_interval: 2m
              rule_query_offset: 5s
              external_labels: {region: "${R}", empty: ''}
              body_size_limit: 10MB
              sample_limit: 1000
              label_limit: 30
              label_name_length_limit: 100
              label_value_length_limit: 200
              target_limit: 50
              keep_dropped_targets: 9
              limit_action: fail_scrape
              scrape_protocols: [PrometheusText0.0.4, PrometheusProto]
              metric_name_validation_scheme: legacy
              query_log_file: x
            listen: "[::1]:9090"
            tls: {cert_file: c.pem, key_file: /k.pem}
            auth:
              users:
                - {name: a, password: p}
                - {name: b, password_file: q}
            storage: {path: d.db, retention: 30d, retention_size: 2GB, tsdb: {out_of_order_time_window: 1h}}
            query: {timeout: 30s, max_samples: 1000, max_concurrency: 50, lookback_delta: 1m}
            enable_lifecycle: true
            """
        let (value, problems) = decoded(text, environment: ["R": "eu"]) { CommonSections($0) }
        let common = try #require(value)
        var limits = ScrapeLimits()
        limits.bodySize = 10 << 20
        limits.samples = 1000
        limits.labels = 30
        limits.labelNameLength = 100
        limits.labelValueLength = 200
        limits.targets = 50
        limits.keepDroppedTargets = 9
        limits.action = .failScrape
        #expect(common.global.limits == limits)
        #expect(common.global.scrapeInterval == 30_000)
        #expect(common.global.scrapeTimeout == 20_000)
        #expect(common.global.evaluationInterval == 120_000)
        #expect(common.global.ruleQueryOffset == 5000)
        #expect(common.global.externalLabels == ["region": "eu"])
        #expect(common.global.scrapeProtocols == [.prometheusText0])
        #expect(common.global.nameScheme == .legacy)
        #expect(common.listen == (try ListenAddress("[::1]:9090")))
        #expect(common.tls?.certFile == "/etc/vedette/c.pem")
        #expect(common.tls?.keyFile == "/k.pem")
        #expect(common.auth.users.map(\.name) == ["a", "b"])
        #expect(try common.auth.users.first?.password.reveal() == "p")
        #expect(common.storage.path == "/etc/vedette/d.db")
        #expect(common.query.timeout == 30_000 && common.query.lookbackDelta == 60_000)
        #expect(common.query.maxSamples == 1000 && common.query.maxConcurrency == 50)
        #expect(common.storage.retention == 30 * 86_400_000)
        #expect(common.storage.retentionSize == 2 << 30)
        #expect(common.enableLifecycle)
        #expect(
            problems == [
                "warning line 15, column 43: `PrometheusProto` is not supported yet and is never asked for",
                "warning line 17, column 3: `query_log_file` is not supported yet and has no effect",
                "warning line 24, column 60: `tsdb` is not supported yet and has no effect",
            ])
    }

    @Test(arguments: [
        (
            "global: {scrape_interval: 5s, scrape_timeout: 6s}",
            "line 1, column 31: scrape_timeout 6s is longer than scrape_interval 5s"
        ),
        (
            "global: {limit_action: drop}",
            "line 1, column 24: unknown limit action `drop`, expected one of drop_excess, fail_scrape"
        ),
        (
            "global: {scrape_protocols: [OpenMetricsText1.0.1]}",
            "line 1, column 29: unknown scrape protocol `OpenMetricsText1.0.1`, did you mean `OpenMetricsText0.0.1`?"
        ),
        (
            "global: {scrape_protocols: [PrometheusText0.0.4, PrometheusText0.0.4]}",
            "line 1, column 50: the scrape protocol `PrometheusText0.0.4` stands twice"
        ),
        ("global: {external_labels: {'': x}}", "line 1, column 28: a label name must not be empty"),
        ("global: 5", "line 1, column 9: expected a map, found `5`"),
        ("- a", "line 1, column 1: expected a map, found a list"),
        (
            "listen: 7373",
            "line 1, column 9: cannot read listen address \"7373\": expected a form like 127.0.0.1:7373 or :7373"
        ),
        (
            "listen: a:99999",
            "line 1, column 9: cannot read listen address \"a:99999\": expected a form like 127.0.0.1:7373 or :7373"
        ),
        (
            "listen: ::1:80",
            "line 1, column 9: cannot read listen address \"::1:80\": an IPv6 address is written in brackets"
        ),
        ("tls: {cert_file: x}", "line 1, column 6: `key_file` is missing"),
        ("storage: {retention: 0}", "line 1, column 11: retention must be longer than 0"),
        ("query: {timeout: 0}", "line 1, column 9: timeout must be longer than 0"),
        ("query: {lookback_delta: 0s}", "line 1, column 9: lookback_delta must be longer than 0"),
        (
            "query: {max_concurency: 5}",
            "line 1, column 9: unknown key `max_concurency`, did you mean `max_concurrency`?"
        ),
        ("storage: {retension: 1d}", "line 1, column 11: unknown key `retension`, did you mean `retention`?"),
        ("auth: {users: [{name: a}]}", "line 1, column 16: `password` or `password_file` is missing"),
        ("auth: {users: [{password: a}]}", "line 1, column 16: `name` is missing"),
        ("auth: {users: [{name: 'a:b', password: c}]}", "line 1, column 17: a user's name has no colon"),
        (
            "auth: {users: [{name: a, password: c}, {name: a, password: d}]}",
            "line 1, column 41: the user `a` stands twice"
        ),
    ]) func refuses(_ text: String, _ expected: String) {
        #expect(decoded(text) { CommonSections($0) }.problems == [expected])
    }

    @Test func barePrometheusVariablesAreToldOf() {
        let result = decoded("global: {external_labels: {a: $HOST, b: 'x$1'}}") { CommonSections($0) }
        #expect(
            result.problems == [
                "warning line 1, column 31: Prometheus expands `$NAME` in external labels; here only `${NAME}` is expanded"
            ])
    }

    @Test func aLongerIntervalKeepsTheTimeoutBelow() {
        #expect(decoded("global: {scrape_interval: 5s}") { CommonSections($0) }.value?.global.scrapeTimeout == 5000)
        #expect(decoded("global: {scrape_interval: 0s}") { CommonSections($0) }.value?.global.scrapeInterval == 60_000)
    }
}

@Suite struct HTTPClientSectionTests {
    @Test func readsEverything() throws {
        let text = """
            authorization: {type: Token, credentials_file: t}
            tls_config:
              {ca_file: ca.pem, cert_file: c.pem, key_file: k.pem, server_name: s, insecure_skip_verify: true,
               min_version: TLS12, max_version: TLS13}
            proxy_url: http://p:1
            no_proxy: a,b
            follow_redirects: false
            enable_http2: no
            """
        let section = try #require(decoded(text) { HTTPClientSection($0) }.value)
        #expect(section.authorization?.type == "Token")
        #expect(section.authorization?.credentials?.file == "/etc/vedette/t")
        #expect(section.tls.caFile == "/etc/vedette/ca.pem")
        #expect(section.tls.certFile == "/etc/vedette/c.pem")
        #expect(section.tls.key?.file == "/etc/vedette/k.pem")
        #expect(section.tls.serverName == "s")
        #expect(section.tls.insecureSkipVerify)
        #expect(section.tls.minVersion == .tls12)
        #expect(section.tls.maxVersion == .tls13)
        #expect(section.proxyURL == "http://p:1")
        #expect(section.noProxy == "a,b")
        #expect(!section.followRedirects)
        #expect(!section.enableHTTP2)
    }

    @Test(arguments: [
        ("authorization: {type: Basic}", "line 1, column 17: the type `Basic` is what `basic_auth` is for"),
        (
            "{authorization: {}, bearer_token: x}",
            "line 1, column 1: at most one of `authorization` and `bearer_token` may be given"
        ),
        (
            "{authorization: {}, basic_auth: {}}",
            "line 1, column 1: at most one of `basic_auth` and `authorization` may be given"
        ),
        (
            "basic_auth: {username: a, username_file: b}",
            "line 1, column 27: at most one of `username` and `username_file` may be given"
        ),
        ("basic_auth: {user: a}", "line 1, column 14: unknown key `user`"),
        (
            "tls_config: {cert_file: x}",
            "line 1, column 13: a client certificate and its key go together: `key_file` is missing"
        ),
        (
            "tls_config: {key: x}",
            "line 1, column 13: a client certificate and its key go together: `cert_file` is missing"
        ),
        ("tls_config: {ca: x, ca_file: y}", "line 1, column 13: a certificate is given both as text and as a file"),
        ("tls_config: {min_version: TLS13, max_version: TLS12}", "line 1, column 14: min_version is above max_version"),
        ("tls_config: {min_version: TLS14}", "line 1, column 27: unknown TLS version `TLS14`, did you mean `TLS10`?"),
        (
            "proxy_url: foo",
            "line 1, column 12: a proxy's URL begins with one of http://, https://, socks5://, socks5h://"
        ),
        (
            "{proxy_from_environment: true, no_proxy: x}",
            "line 1, column 2: `proxy_from_environment` excludes `proxy_url` and `no_proxy`"
        ),
    ]) func refuses(_ text: String, _ expected: String) {
        #expect(decoded(text) { HTTPClientSection($0) }.problems == [expected])
    }
}
