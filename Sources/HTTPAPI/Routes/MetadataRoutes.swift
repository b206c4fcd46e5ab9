import Model
import Patterns
import PromQL

extension Router {
    /// What is said about metrics by those who expose them.
    mutating func addMetadataRoutes(_ services: Services) {
        on(.get, at: "/api/v1/metadata", .waiting { try await answerMetadata($0, services) })
        on(.get, at: "/api/v1/targets/metadata", .waiting { try await answerTargetMetadata($0, services) })
    }
}

private func answerMetadata(_ request: HTTPRequest, _ services: Services) async throws -> HTTPResponse {
    let parameters = try APIParameters(request)
    let limit = try parameters.plainLimit("limit")
    // A family has one entry here, the last that was said: every limit lets that through.
    _ = try parameters.plainLimit("limit_per_metric")
    let family = parameters["metric"]
    return try await services.queries.run {
        let known = try services.metadata.metadata(of: family.isEmpty ? nil : family)
        return APIResponse.success { json in
            json.object { json in
                for metadata in known.prefix(limit ?? .max) {
                    json.key(metadata.family)
                    json.array { $0.object { write(metadata, to: &$0) } }
                }
            }
        }
    }
}

private func answerTargetMetadata(_ request: HTTPRequest, _ services: Services) async throws -> HTTPResponse {
    let parameters = try APIParameters(request)
    let limit = try parameters.plainLimit("limit") ?? .max
    let family = parameters["metric"]
    let matchers = try targetMatchers(parameters["match_target"])
    return try await services.queries.run {
        var entries: [(target: Labels, metadata: FamilyMetadata)] = []
        for (target, known) in try services.metadata.metadataByTarget(of: family.isEmpty ? nil : family)
        where matchers.allSatisfy({ $0.accepts(target[$0.matcher.name] ?? "") }) {
            // The limit is for targets: one that was begun is told whole, as by Prometheus.
            if entries.count >= limit { break }
            for metadata in known { entries.append((target, metadata)) }
        }
        let found = entries
        return try PiecewiseAnswer(
            count: found.count,
            elements: { range, json in
                for entry in found[range] {
                    json.object { json in
                        json.key("target")
                        json.value(entry.target)
                        // Who asks for one metric knows which it is.
                        if family.isEmpty { json.member("metric", entry.metadata.family) }
                        write(entry.metadata, to: &json)
                    }
                }
            }
        ).response()
    }
}

private func targetMatchers(_ text: String) throws(HTTPError) -> [CompiledMatcher] {
    if text.isEmpty { return [] }
    do {
        return try parseSelector(text, maySelectEverything: true).map { try CompiledMatcher($0) }
    } catch {
        throw invalidParameter("match_target", "\(error)")
    }
}

private func write(_ metadata: FamilyMetadata, to json: inout JSONWriter) {
    json.member("type", metadata.type)
    json.member("help", metadata.help)
    json.member("unit", metadata.unit)
}
