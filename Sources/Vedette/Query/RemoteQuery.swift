import HTTPClient
import Model
import PromQL

/// Asks a server with Prometheus's query API: another Vedette, or Prometheus itself.
struct RemoteQuery {
    let url: String

    /// The answer as JSON.
    func answer(_ query: String, _ times: QueryTimes) async throws -> [UInt8] {
        var form = ["query": query]
        let path: String
        switch times {
        case .instant(let time):
            path = "/api/v1/query"
            form["time"] = seconds(time)
        case .range(let from, let to, let step):
            path = "/api/v1/query_range"
            form["start"] = seconds(from)
            form["end"] = seconds(to)
            form["step"] = seconds(step)
        }
        let body = form.map { "\($0.key)=\(percentEncoded($0.value))" }.joined(separator: "&")
        var base = url.contains("://") ? url : "http://" + url
        while base.hasSuffix("/") { base.removeLast() }
        var request = HTTPRequest(
            "POST", url: base + path, headers: [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")],
            body: Array(body.utf8))
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

    /// The answer as values.
    static func values(of answer: [UInt8]) throws(UserError) -> (value: QueryValue, notes: [String]) {
        let answer = try JSONValue(answer)
        let notes = ["warnings", "infos"].flatMap { answer[$0]?.elements ?? [] }.compactMap(\.text)
        guard let data = answer["data"], let type = data["resultType"]?.text, let result = data["result"] else {
            throw UserError("cannot read the answer: it is not one of Prometheus's query API")
        }
        switch type {
        case "scalar", "string":
            let time = milliseconds(result.elements.first)
            let value = result.elements.last
            return (
                type == "string"
                    ? .string(value?.text ?? "", at: time) : .scalar(value?.double ?? .nan, at: time), notes
            )
        case "vector":
            let elements = result.elements.map { one in
                VectorElement(labels: labels(one["metric"]), value: one["value"]?.elements.last?.double ?? .nan)
            }
            return (.vector(elements, at: milliseconds(result.elements.first?["value"]?.elements.first)), notes)
        default:
            let series = result.elements.map { one in
                let points = one["values"]?.elements ?? []
                return SeriesPoints(
                    labels: labels(one["metric"]), timestamps: points.map { milliseconds($0.elements.first) },
                    values: points.map { $0.elements.last?.double ?? .nan })
            }
            return (.matrix(series), notes)
        }
    }

    private static func labels(_ value: JSONValue?) -> Labels {
        Labels((value?.members ?? [:]).map { Label($0.key, $0.value.text ?? "") })
    }

    private static func milliseconds(_ value: JSONValue?) -> Int64 {
        let seconds = value?.double ?? 0
        return seconds.magnitude < 1e12 ? Int64((seconds * 1000).rounded()) : 0
    }

    private func seconds(_ milliseconds: Int64) -> String { formatAPIValue(Double(milliseconds) / 1000) }
}

/// A text as a value in a form.
private func percentEncoded(_ text: String) -> String {
    var out = ""
    for byte in text.utf8 {
        let isPlain =
            byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26
            || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~")].contains(byte)
        if isPlain {
            out.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
            let digits = String(byte, radix: 16, uppercase: true)
            out += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
        }
    }
    return out
}
