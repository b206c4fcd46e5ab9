import Exposition
import Model

/// Makes targets of what was discovered, as Prometheus does: defaults, relabelling, `instance`, duplicates, the limit.
public func resolveTargets(_ groups: [TargetGroup], of job: ScrapeJob, problems: [String] = []) -> TargetSet {
    let config = job.config
    var targets: [ScrapeTarget] = []
    var seen: Set<UInt64> = []
    var dropped: [DroppedTarget] = []
    var droppedCount = 0
    func drop(_ labels: Labels, _ reason: DroppedTarget.Reason) {
        droppedCount += 1
        let kept = config.limits.keepDroppedTargets
        if kept == 0 || dropped.count < kept {
            dropped.append(DroppedTarget(discoveredLabels: labels, reason: reason))
        }
    }
    var overLimit = 0
    for group in groups {
        for address in group.targets {
            let discovered = discoveredLabels(address, group.labels, config)
            guard let labels = apply(config.relabelRules, to: discovered) else {
                drop(discovered, .relabelling)
                continue
            }
            do {
                let target = try ScrapeTarget(job: job, relabelled: labels, discovered: discovered)
                guard seen.insert(target.hash).inserted else { continue }
                if config.limits.targets > 0, targets.count >= config.limits.targets {
                    overLimit += 1
                    if config.limits.action == .dropExcess {
                        drop(discovered, .targetLimit)
                        continue
                    }
                }
                targets.append(target)
            } catch {
                drop(discovered, .invalid(error.message))
            }
        }
    }
    let fails = overLimit > 0 && config.limits.action == .failScrape
    return TargetSet(
        job: job, targets: targets, dropped: dropped, droppedCount: droppedCount,
        failure: fails ? "target_limit exceeded: \(targets.count) targets, limit \(config.limits.targets)" : nil,
        problems: problems)
}

/// A target's labels before relabelling.
private func discoveredLabels(_ address: String, _ group: [Label], _ config: ScrapeConfig) -> Labels {
    var labels = Labels(group + [Label("__address__", address)])
    func set(_ name: String, _ value: String) {
        if labels[name] == nil { labels.set(name, value) }
    }
    set("job", config.jobName)
    set("__scrape_interval__", formatDuration(config.interval))
    set("__scrape_timeout__", formatDuration(config.timeout))
    set("__metrics_path__", config.metricsPath)
    set("__scheme__", config.scheme)
    for parameter in config.params { set("__param_\(parameter.name)", parameter.values.first ?? "") }
    return labels
}

extension ScrapeTarget {
    /// A target of relabelled labels; throws why none can be made of them.
    fileprivate init(job: ScrapeJob, relabelled: Labels, discovered: Labels) throws(UserError) {
        let address = relabelled["__address__"] ?? ""
        if address.isEmpty { throw UserError("no address") }
        if address.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "/") }) {
            throw UserError("\(quoted(address)) is not a valid address")
        }
        let interval = try duration("__scrape_interval__", of: relabelled)
        let timeout = try duration("__scrape_timeout__", of: relabelled)
        if timeout > interval {
            throw UserError(
                "the scrape timeout \(formatDuration(timeout)) is longer than the interval \(formatDuration(interval))")
        }
        let url = scrapeURL(relabelled, params: job.config.params)
        // What begins with two underscores was for finding the target, not for naming its series.
        var labels = Labels(sorted: relabelled.pairs.filter { !$0.name.hasPrefix("__") })
        if labels["instance"] == nil { labels.set("instance", address) }
        self.init(
            job: job, url: url, labels: labels, discoveredLabels: discovered, interval: interval, timeout: timeout,
            hash: targetHash(labels, url))
    }
}

private func duration(_ name: String, of labels: Labels) throws(UserError) -> Int64 {
    let duration = try parseDuration(labels[name] ?? "")
    if duration == 0 { throw UserError("\(name) is 0") }
    return duration
}

/// FNV-1a over labels and URL: the same in every run, unlike Swift's own hashes.
private func targetHash(_ labels: Labels, _ url: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for pair in labels.pairs {
        for byte in pair.name.utf8 { add(byte) }
        add(0xff)
        for byte in pair.value.utf8 { add(byte) }
        add(0xff)
    }
    for byte in url.utf8 { add(byte) }
    return hash
}
