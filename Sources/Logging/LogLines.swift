import Model

// The two forms of a line. Control characters are escaped in both: what comes from outside cannot forge a second line.

func textLine(_ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, String>) -> String {
    var line = "\(formatTimestamp(SystemClock().now())) \(level.name) \(escaped(message, quotes: false))"
    for (key, value) in fields {
        let plain =
            !value.isEmpty
            && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3d && $0 != 0x5c && $0 != 0x7f }
        line += plain ? " \(key)=\(value)" : " \(key)=\"\(escaped(value, quotes: true))\""
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
        case "\u{0}"..<"\u{20}", "\u{7f}":
            let digits = String(scalar.value, radix: 16)
            out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: out.unicodeScalars.append(scalar)
        }
    }
    return out
}
