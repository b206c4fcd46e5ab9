import Model

extension Router {
    /// `/api/v1/targets`, with Prometheus's filters `state` and `scrapePool`.
    mutating func addTargetsRoutes(_ services: Services) {
        on(
            .get, at: "/api/v1/targets",
            .waiting { request in
                let targets = try await services.targets.targets()
                let state = request.query["state"]?.lowercased() ?? ""
                let pool = request.query["scrapePool"].flatMap { $0.isEmpty ? nil : $0 }
                let filter = TargetFilter(
                    active: ["", "any", "active"].contains(state), dropped: ["", "any", "dropped"].contains(state),
                    pool: pool)
                return APIResponse.success { writeTargets(targets, filter, &$0) }
            })
    }
}

private struct TargetFilter {
    var active: Bool
    var dropped: Bool
    var pool: String?

    func takes(_ name: String) -> Bool { pool.map { sameBytes($0, name) } ?? true }
}

private func writeTargets(_ targets: TargetList, _ filter: TargetFilter, _ json: inout JSONWriter) {
    json.object { json in
        json.key("activeTargets")
        json.array { json in
            for target in targets.active where filter.active && filter.takes(target.pool) { write(target, &json) }
        }
        json.key("droppedTargets")
        json.array { json in
            for target in targets.dropped where filter.dropped && filter.takes(target.pool) {
                json.object { json in
                    json.key("discoveredLabels")
                    json.value(target.discoveredLabels)
                    json.member("scrapePool", target.pool)
                }
            }
        }
        json.key("droppedTargetCounts")
        json.object { json in
            for (pool, count) in targets.droppedCounts where filter.dropped && filter.takes(pool) {
                json.member(pool, count)
            }
        }
    }
}

private func write(_ target: ActiveTarget, _ json: inout JSONWriter) {
    json.object { json in
        json.key("discoveredLabels")
        json.value(target.discoveredLabels)
        json.key("labels")
        json.value(target.labels)
        json.member("scrapePool", target.pool)
        json.member("scrapeUrl", target.url)
        json.member("globalUrl", target.globalURL)
        json.member("lastError", target.lastError)
        // What Go prints for a time that was never set.
        json.member("lastScrape", target.lastScrape.map(formatTimestamp) ?? "0001-01-01T00:00:00Z")
        json.member("lastScrapeDuration", target.lastDuration)
        json.member("health", target.health.rawValue)
        json.member("scrapeInterval", formatDuration(target.interval))
        json.member("scrapeTimeout", formatDuration(target.timeout))
    }
}
