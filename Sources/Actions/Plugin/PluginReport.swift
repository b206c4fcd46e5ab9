import Model

/// What the helper process of a plugin tells: written by it and read by us, as JSON on a pipe of its own.
struct PluginReport: Sendable, Equatable {
    /// The plugin's name for itself; empty when it could not be asked.
    var name = ""
    /// What the function returned; nil when it could not be called.
    var code: Int?
    /// What it wrote as output.
    var output = ""
    /// What it wrote as reason, or why it could not be called.
    var error = ""

    /// Nothing yet.
    init() {}

    /// The report as JSON.
    var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("name", name)
            if let code { json.member("code", code) }
            json.member("output", output)
            json.member("error", error)
        }
        return json.bytes
    }

    /// Reads what `json` gave; nil when that is not it: the process ended before, or the plugin has written there.
    init?(json bytes: [UInt8]) {
        let report: JSONValue
        do throws(UserError) { report = try JSONValue(bytes) } catch { return nil }
        guard let name = report["name"]?.text, let output = report["output"]?.text, let error = report["error"]?.text
        else { return nil }
        self.name = name
        self.output = output
        self.error = error
        if case .number(let text) = report["code"] { code = Int(text) }
    }
}
