import Configuration
import Exposition
import Model

extension ScrapeConfig {
    /// Reads a job; what it does not say is taken from `global`. Nil when it has no name.
    init?(from node: Node, in context: DecodingContext, global: GlobalSection) {
        let fields = Fields(node, in: context)
        let name = fields.required("job_name")
        self.init(jobName: name ?? "")
        readTimes(fields, global)
        nameScheme = fields.choice("metric_name_validation_scheme", "name scheme") ?? global.nameScheme
        metricsPath = fields.string("metrics_path") ?? metricsPath
        scheme = (fields.choice("scheme", "scheme") as Scheme?)?.rawValue ?? scheme
        params = readParams(fields)
        honorLabels = fields.bool("honor_labels") ?? honorLabels
        honorTimestamps = fields.bool("honor_timestamps") ?? honorTimestamps
        trackTimestampsStaleness = fields.bool("track_timestamps_staleness") ?? trackTimestampsStaleness
        staticGroups = fields.list("static_configs") { readTargetGroup($0, in: context) }
        fileDiscovery = fields.list("file_sd_configs") { FileDiscoveryConfig(from: $0, in: context) }
        httpDiscovery = fields.list("http_sd_configs") { HTTPDiscoveryConfig(from: $0, in: context) }
        kubernetesDiscovery = fields.list("kubernetes_sd_configs") { KubernetesDiscoveryConfig(from: $0, in: context) }
        relabelRules = readRelabelRules(fields, "relabel_configs", names: nameScheme)
        if fields.node("relabel_configs") == nil, let groups = fields.node("static_configs") {
            checkAddresses(groups, in: context)
        }
        metricRelabelRules = readRelabelRules(fields, "metric_relabel_configs", names: nameScheme)
        http = HTTPClientSection(fields)
        enableCompression = fields.bool("enable_compression") ?? enableCompression
        limits = ScrapeLimits(fields, defaults: global.limits)
        scrapeProtocols = ScrapeProtocol.list(fields) ?? global.scrapeProtocols
        fallbackProtocol = fields.choice("fallback_scrape_protocol", "scrape protocol")
        fields.finish(notYet: scrapeKeysNotYet + HTTPClientSection.notYet + discoveriesNotYet)
        if name == nil { return nil }
    }

    private mutating func readTimes(_ fields: Fields, _ global: GlobalSection) {
        let interval = fields.duration("scrape_interval") ?? 0
        self.interval = interval == 0 ? global.scrapeInterval : interval
        let timeout = fields.duration("scrape_timeout") ?? 0
        self.timeout = timeout == 0 ? min(global.scrapeTimeout, self.interval) : timeout
        if self.timeout > self.interval {
            fields.context.fail(
                "scrape_timeout \(formatDuration(self.timeout)) is longer than scrape_interval"
                    + " \(formatDuration(self.interval))", at: fields.place(of: "scrape_timeout"))
        }
    }
}

private enum Scheme: String, CaseIterable {
    case http
    case https
}

private let scrapeKeysNotYet = [
    "always_scrape_classic_histograms", "convert_classic_histograms_to_nhcb", "extra_scrape_metrics",
    "metric_name_escaping_scheme", "native_histogram_bucket_limit", "native_histogram_min_bucket_factor",
    "scrape_classic_histograms", "scrape_failure_log_file", "scrape_native_histograms",
]

private let discoveriesNotYet = [
    "azure", "aws", "consul", "digitalocean", "dns", "docker", "dockerswarm", "ec2", "eureka", "gce", "hetzner",
    "ionos",
    "kuma", "lightsail", "linode", "marathon", "nerve", "nomad", "openstack", "outscale", "ovhcloud",
    "puppetdb", "scaleway", "serverset", "stackit", "triton", "uyuni", "vultr",
].map { $0 + "_sd_configs" }

private func readParams(_ fields: Fields) -> [Parameter] {
    guard let node = fields.node("params") else { return [] }
    return fields.context.entries(node)
        .map { Parameter($0.key, fields.context.strings($0.value)) }
        .filter { !$0.values.isEmpty }
        .sorted { bytesPrecede($0.name, $1.name) }
}

/// A URL in place of an address is what people get wrong most. With relabelling it may be meant: the blackbox exporter is
/// asked that way.
private func checkAddresses(_ groups: Node, in context: DecodingContext) {
    for group in context.list(groups) {
        guard case .map(let entries) = group.content, let targets = entries.first(where: { $0.key == "targets" }),
            case .list(let items) = targets.value.content
        else { continue }
        for item in items {
            guard case .scalar = item.content, let target = context.string(item) else { continue }
            if target.isEmpty { context.warn("this target has no address", at: item.place) }
            if target.contains("/") {
                context.fail(
                    "the target `\(target)` is no address: expected HOST:PORT (`scheme` and `metrics_path` say the rest)",
                    at: item.place)
            }
        }
    }
}

/// Reads `{targets: […], labels: {…}}`.
func readTargetGroup(_ node: Node, in context: DecodingContext) -> TargetGroup? {
    guard !node.isNull else {
        context.fail("expected a group of targets, found nothing", at: node.place)
        return nil
    }
    let fields = Fields(node, in: context)
    let group = TargetGroup(targets: fields.strings("targets") ?? [], labels: fields.labels("labels") ?? [])
    fields.finish()
    return group
}

extension FileDiscoveryConfig {
    fileprivate init(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        self.init(files: [])
        let patterns = fields.list("files") { $0 }
        if patterns.isEmpty { context.fail("`files` is missing", at: fields.place) }
        for pattern in patterns {
            guard let text = context.string(pattern) else { continue }
            if !isDiscoveryPattern(text) {
                context.fail(
                    "`\(text)` cannot name target files: expected .json, .yml or .yaml, and `*` in the last part only",
                    at: pattern.place)
            }
            files.append(context.path(text))
            lookAtTargetFiles(text, at: pattern.place, in: context)
        }
        if let interval = fields.duration("refresh_interval"), interval > 0 { refreshInterval = interval }
        fields.finish()
    }
}

/// Reads the target files that fit a pattern, where files are looked at. They may come later, but what is there must be right.
private func lookAtTargetFiles(_ pattern: String, at place: Place, in context: DecodingContext) {
    guard context.looksAtNamedFiles else { return }
    let paths = context.files.glob(context.path(pattern))
    if paths.isEmpty { context.warn("no file fits `\(pattern)`: it has no targets", at: place) }
    for path in paths {
        do {
            _ = try readTargetFile(path, by: context.files)
        } catch {
            context.fail(error, at: place)
        }
    }
}

/// Prometheus's rule for the paths of target files.
private func isDiscoveryPattern(_ text: String) -> Bool {
    let endings = [".json", ".yml", ".yaml", ".JSON", ".YML", ".YAML"]
    guard endings.contains(where: { text.hasSuffix($0) }) else { return false }
    guard let star = text.firstIndex(of: "*") else { return true }
    return !text[star...].contains("/")
}

extension HTTPDiscoveryConfig {
    fileprivate init(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        self.init(url: fields.required("url") ?? "")
        let rest = ["http://", "https://"].first { url.hasPrefix($0) }.map { url.dropFirst($0.count) }
        if !url.isEmpty, rest?.prefix(while: { $0 != "/" }).isEmpty ?? true {
            context.fail("`url` must begin with http:// or https:// and name a host", at: fields.place(of: "url"))
        }
        if let interval = fields.duration("refresh_interval"), interval > 0 { refreshInterval = interval }
        http = HTTPClientSection(fields)
        fields.finish(notYet: HTTPClientSection.notYet)
    }
}
