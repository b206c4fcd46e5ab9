import Model

extension Router {
    /// `/api/v1/rules` and `/api/v1/alerts`, as Prometheus answers them.
    mutating func addRuleRoutes(_ judging: JudgingServices) {
        on(
            .get, at: "/api/v1/rules",
            .waiting { request in
                let filter = try RuleFilter(APIParameters(request))
                let page = try filter.page(of: try await inOrder(judging.rules))
                return try PiecewiseAnswer(
                    opening: { json in
                        json.beginObject()
                        json.key("groups")
                    },
                    count: page.groups.count,
                    elements: { range, json in
                        for group in page.groups[range] { group.write(to: &json, withAlerts: !filter.excludesAlerts) }
                    },
                    closing: { json in
                        if let token = page.nextToken { json.member("groupNextToken", token) }
                        json.endObject()
                    }
                ).response()
            })
        on(
            .get, at: "/api/v1/alerts",
            .waiting { _ in
                let alerts = try await inOrder(judging.rules).flatMap(\.rules).flatMap { $0.alerting?.alerts ?? [] }
                return try PiecewiseAnswer(
                    opening: { json in
                        json.beginObject()
                        json.key("alerts")
                    },
                    count: alerts.count, stride: 64,
                    elements: { range, json in for alert in alerts[range] { alert.write(to: &json) } },
                    closing: { $0.endObject() }
                ).response()
            })
    }
}

/// The groups in the order of their files and names.
private func inOrder(_ rules: any RulesProvider) async throws -> [RuleGroupInformation] {
    try await rules.ruleGroups().sorted { a, b in
        sameBytes(a.file, b.file) ? bytesPrecede(a.name, b.name) : bytesPrecede(a.file, b.file)
    }
}
