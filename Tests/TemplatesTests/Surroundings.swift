import Model
import Templates

/// An alert and what can be asked besides it.
enum Surroundings {
    static let labels: Labels = ["__name__": "m", "i": "a", "job": "node", "instance": "h.example.com:9100"]

    private static let series: [String: [(labels: Labels, value: Double)]] = [
        "m": [
            (labels: labels, value: 3.5), (labels: ["__name__": "m", "i": "b", "job": "node"], value: 1_234_567),
            (labels: ["__name__": "m", "i": "c"], value: -0.25),
        ],
        "n": [(labels: ["__name__": "n", "k": "v"], value: .nan)],
        "nope": [],
        "vector(1)": [(labels: .none, value: 1)],
    ]

    static let data = TemplateValue.alert(
        labels: labels, value: 3.5, externalLabels: ["dc": "eu"], externalURL: "http://x.example:9/p/q")

    static let environment = TemplateEnvironment(
        now: 1_353_755_652_000, externalURL: "http://x.example:9/p/q",
        query: { expression in
            guard let found = series[expression] else { throw UserError("unknown expression \(quoted(expression))") }
            return found
        },
        zones: { name, seconds in
            guard name == "Europe/Berlin" else { throw UserError("there is no zone \(quoted(name))") }
            let isSummer = (1_427_590_800..<1_445_734_800).contains(seconds)
            return TemplateZone(offset: isSummer ? 7200 : 3600, name: isSummer ? "CEST" : "CET")
        })
}

/// What comes out of a template, as in an alert's annotation.
func expanded(_ text: String) throws -> String {
    try Template(text, name: "t", variables: .ofAlerts).expand(Surroundings.data, environment: Surroundings.environment)
}

/// What comes out of a template with other data.
func expanded(_ text: String, _ data: TemplateValue) throws -> String {
    try Template(text).expand(data, environment: Surroundings.environment)
}

/// What is wrong with a template, with its place; nil when nothing is.
func mistake(_ text: String) -> String? {
    do {
        _ = try Template(text, variables: .ofAlerts).expand(Surroundings.data, environment: Surroundings.environment)
        return nil
    } catch {
        return error.description
    }
}
