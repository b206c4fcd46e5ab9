import Model

// The two forms of a line. Control characters are escaped in both: what comes from outside cannot forge a second line.

func textLine(_ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, String>) -> String {
    var line = "\(formatTimestamp(SystemClock().now())) \(level.name) \(escaped(message, quotes: false))"
    for (key, value) in fields {
        let shown = escaped(value, quotes: true)
        // Bare where nothing had to be escaped and nobody can mistake its end.
        let bare =
            !value.isEmpty && shown.utf8.count == value.utf8.count
            && !value.utf8.contains { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "=") }
        line += bare ? " \(key)=\(value)" : " \(key)=\"\(shown)\""
    }
    return line + "\n"
}

func jsonLine(_ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, String>) -> String {
    var line = "{\"time\":\"\(formatTimestamp(SystemClock().now()))\",\"level\":\"\(level.name)\""
    line += ",\"message\":\"\(escaped(message, quotes: true))\""
    for (key, value) in fields { line += ",\"\(escaped(key, quotes: true))\":\"\(escaped(value, quotes: true))\"" }
    return line + "}\n"
}

private func escaped(_ text: String, quotes: Bool) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\n": out += "\\n"
        case "\r": out += "\\r"
        case "\t": out += "\\t"
        case "\"" where quotes: out += "\\\""
        case "\\" where quotes: out += "\\\\"
        // The second set of controls, the line ends of Unicode, and the byte order mark, which is seen by nobody and which
        // some JSON readers swallow.
        case "\u{0}"..<"\u{20}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}", "\u{feff}":
            let digits = String(scalar.value, radix: 16)
            out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: out.unicodeScalars.append(scalar)
        }
    }
    return out
}
