import Foundation

/// What a server of Prometheus's query API answers, in a form that can be compared.
struct QueryAnswer {
    /// Why it failed; nil when it did not.
    var error: String?
    /// The values by series and time.
    var values: [String: [Double: Double]] = [:]

    init(port: UInt16, _ path: String, _ parameters: [String: String]) throws {
        let query = parameters.sorted { $0.key < $1.key }
            .map { "\($0)=\($1.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }
            .joined(separator: "&")
        let answer = try request(port: port, path: "/api/v1/\(path)?\(query)", within: 60)
        guard let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any] else {
            throw Failure("no JSON object: \(answer.text)")
        }
        if object["status"] as? String != "success" {
            error = object["error"] as? String ?? answer.text
            return
        }
        let data = object["data"] as? [String: Any]
        for series in data?["result"] as? [[String: Any]] ?? [] {
            let labels = series["metric"] as? [String: String] ?? [:]
            let name = labels.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: ",")
            let points = series["values"] as? [[Any]] ?? (series["value"] as? [Any]).map { [$0] } ?? []
            for point in points {
                guard let time = point.first as? Double, let text = point.last as? String else { continue }
                values[name, default: [:]][time] = Double(text.replacingOccurrences(of: "Inf", with: "inf"))
            }
        }
    }

    /// In what another answer differs; nil when it does not.
    func difference(from other: QueryAnswer) -> String? {
        if let error { return other.error == nil ? "failed: \(error)" : nil }
        if let error = other.error { return "did not fail, the other did: \(error)" }
        for (series, points) in values {
            guard let others = other.values[series] else { return "extra series {\(series)}" }
            for (time, value) in points {
                guard let wanted = others[time] else { return "{\(series)}: extra value \(value) at \(time)" }
                if !isSame(value, wanted) { return "{\(series)} at \(time): \(value), wanted \(wanted)" }
            }
            if points.count < others.count { return "{\(series)}: \(points.count) values, wanted \(others.count)" }
        }
        return other.values.keys.first { values[$0] == nil }.map { "missing series {\($0)}" }
    }

    private func isSame(_ a: Double, _ b: Double) -> Bool {
        a == b || (a.isNaN && b.isNaN) || abs(a - b) <= 1e-6 * max(abs(a), abs(b)) || abs(a - b) < 1e-12
    }
}
