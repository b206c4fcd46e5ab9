import HTTPClient
import Model
import PromQL

/// Asks a server with Prometheus's query API: another Vedette, or Prometheus itself.
struct RemoteQuery {
    let url: String

    /// The answer as JSON.
    func answer(_ query: String, _ times: QueryTimes) async throws -> [UInt8] {
        var form = [("query", query)]
        let path: String
        switch times {
        case .instant(let time):
            path = "/api/v1/query"
            form.append(("time", seconds(time)))
        case .range(let from, let to, let step):
            path = "/api/v1/query_range"
            form.append(("start", seconds(from)))
            form.append(("end", seconds(to)))
            form.append(("step", seconds(step)))
        }
        var base = url.contains("://") ? url : "http://" + url
        while base.hasSuffix("/") { base.removeLast() }
        var request = HTTPRequest(url: base + path)
        request.post(form: form)
        request.acceptsCompression = true
        request.bodyLimit = 1 << 30
        request.timeout = 300_000
        let client = try HTTPClient()
        let response: HTTPResponse
        do {
            response = try await client.send(request)
        } catch {
            await client.close()
            throw UserError("cannot query \(base): \(error.message)")
        }
        await client.close()
        guard response.status == 200 else {
            let reason = (try? JSONValue(response.body))?["error"]?.text
            throw UserError(
                "cannot query \(base): \(reason ?? "the server answered with status \(response.status)")")
        }
        return response.body
    }

    private func seconds(_ milliseconds: Int64) -> String { formatAPIValue(Double(milliseconds) / 1000) }
}
