import HTTPClient
import Model
import PromQL
import Requests
import Threads

/// A server with Prometheus's query API.
struct RemoteSource: JudgedSource {
    /// So many questions are under way at a time.
    private static let most = 8
    /// A hundred thousand series have room in an answer.
    private static let longestAnswer = 32 << 20
    /// Values that are older, or newer, are none of the time that was asked for: as old as a sample may be in Prometheus.
    private static let mostOff: Int64 = 300_000

    let section: SourceSection
    let client: HTTPClient
    /// Reads the secrets, which may stand in files.
    let lane: BlockingLane

    /// What is configured: a server that needs longer than an interval is asked less often, and is not taken for silent.
    var patience: Int64 { section.timeout }

    func ask(_ queries: [ParsedQuery], at time: Int64, within milliseconds: Int64) async -> [ThresholdResult] {
        let request: HTTPRequest
        do {
            let section = section
            request = try await lane.runInTurn {
                Result { () throws(UserError) in try HTTPRequest(url: section.url + "/api/v1/query", as: section.http) }
            }.get()
        } catch {
            return queries.map { _ in .failure("cannot ask \(section.shownURL): \(error.message)") }
        }
        let timeout = min(section.timeout, milliseconds)
        return await withTaskGroup(of: (Int, ThresholdResult).self) { group in
            var results = [ThresholdResult](repeating: .failure("it was not asked"), count: queries.count)
            for (index, query) in queries.enumerated() {
                if index >= Self.most, let (index, result) = await group.next() { results[index] = result }
                group.addTask { (index, await answer(to: query, at: time, request, within: timeout)) }
            }
            for await (index, result) in group { results[index] = result }
            return results
        }
    }

    private func answer(
        to query: ParsedQuery, at time: Int64, _ request: HTTPRequest, within timeout: Int64
    ) async -> ThresholdResult {
        var request = request
        request.post(form: [("query", query.text), ("time", formatAPIValue(Double(time) / 1000))])
        request.timeout = timeout
        request.acceptsCompression = true
        request.bodyLimit = Self.longestAnswer
        do {
            let response = try await client.send(request)
            guard response.status == 200 else {
                return .failure("\(section.shownURL) answered: \(Self.reason(response))")
            }
            let value = try QueryAnswer(json: response.body).value
            if let nonsense = Self.nonsense(value, at: time) { return .failure("\(section.shownURL): \(nonsense)") }
            return vector(value)
        } catch let failure as HTTPFailure {
            return .failure("cannot ask \(section.shownURL): \(failure.message)")
        } catch {
            return .failure("\(section.shownURL): \(error)")
        }
    }

    /// What is wrong with an answer that could be read; nil when nothing is.
    private static func nonsense(_ value: QueryValue, at time: Int64) -> String? {
        guard case .vector(let elements, at: let found) = value, !elements.isEmpty else { return nil }
        var seen: Set<Labels> = []
        for element in elements where !seen.insert(element.labels).inserted {
            return "the answer has the series \(element.labels) twice"
        }
        guard (-mostOff...mostOff).contains(found.since(time)) else {
            return "the answer has values of \(formatTimestamp(found)), which is not the time that was asked for"
        }
        return nil
    }

    /// What a server says is wrong, or at least its status.
    private static func reason(_ response: HTTPResponse) -> String {
        let status = "status \(response.status)"
        guard case .success(let answer) = Result(catching: { try JSONValue(response.body) }),
            let error = answer["error"]?.text
        else { return status }
        return "\(String(error.prefix(500))) (\(status))"
    }
}
