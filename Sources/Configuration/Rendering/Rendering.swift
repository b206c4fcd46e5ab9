// The configuration as it is shown to others: what was written, as YAML, without comments and without secrets.

/// Keys whose values are never shown, also where nobody reads them (yet).
private let secretKeys: Set<String> = [
    "password", "credentials", "bearer_token", "client_secret", "secret_key", "secret", "secrets", "token", "key",
    "api_key", "api_token", "api_url_secret", "service_key", "routing_key", "application_credential_secret",
    "http_proxy_password", "auth_password", "auth_secret", "user_key", "bot_token", "private_key",
]

/// A document as YAML text in which every secret reads `<secret>`. Variables of the environment stay unexpanded.
func render(_ node: Node, hiding isSecret: (Node) -> Bool) -> String {
    var out = ""
    append(node, indent: 0, afterKey: false, hidden: false, isSecret, to: &out)
    return out
}

private func append(
    _ node: Node, indent: Int, afterKey: Bool, hidden: Bool, _ isSecret: (Node) -> Bool, to out: inout String
) {
    let margin = String(repeating: " ", count: indent)
    let hidden = hidden || isSecret(node)
    switch node.content {
    case .null: out += afterKey ? "\n" : "null\n"
    case .scalar(let scalar):
        out +=
            (afterKey ? " " : "")
            + (hidden ? "<secret>" : shown(Scalar(text: withoutPassword(scalar.text), isPlain: scalar.isPlain))) + "\n"
    case .list(let items):
        if items.isEmpty { out += afterKey ? " []\n" : "[]\n" }
        if afterKey, !items.isEmpty { out += "\n" }
        for (index, item) in items.enumerated() {
            // The first item of a list inside a list stands on the line of its own dash.
            out += (index == 0 && !afterKey ? "" : margin) + "- "
            append(item, indent: indent + 2, afterKey: false, hidden: hidden, isSecret, to: &out)
        }
    case .map(let entries):
        if entries.isEmpty { out += afterKey ? " {}\n" : "{}\n" }
        if afterKey, !entries.isEmpty { out += "\n" }
        for (index, entry) in entries.enumerated() {
            out += (index == 0 && !afterKey ? "" : margin) + shown(Scalar(text: entry.key, isPlain: false)) + ":"
            let deeper: Int
            if case .list = entry.value.content { deeper = indent } else { deeper = indent + 2 }
            append(
                entry.value, indent: deeper, afterKey: true, hidden: hidden || secretKeys.contains(entry.key), isSecret,
                to: &out)
        }
    }
}

/// A URL for others to see, without the password that `scheme://user:password@host` carries.
public func withoutPassword(_ text: String) -> String {
    guard let scheme = text.firstRange(of: "://") else { return text }
    let authority = text[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else { return text }
    return text[...colon] + "<secret>" + text[at...]
}

/// A scalar so that it reads back as the same one.
private func shown(_ scalar: Scalar) -> String {
    let text = scalar.text
    // What was plain may stay so; a quoted text may lose its quotes only where it cannot turn into something else.
    let safe = text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "+"): true
        default: false
        }
    }
    if safe, scalar.isPlain, text != "-", text != "---", text != "..." { return text }
    if safe, let first = text.utf8.first, first == UInt8(ascii: "_") || first & 0xdf &- 0x41 < 26, !isWord(text) {
        return text
    }
    var out = "\""
    for character in text.unicodeScalars {
        switch character {
        case "\"": out += "\\\""
        case "\\": out += "\\\\"
        case "\n": out += "\\n"
        case "\t": out += "\\t"
        case "\r": out += "\\r"
        case "\u{0}"..<"\u{20}", "\u{7f}"..<"\u{a0}", "\u{2028}", "\u{2029}", "\u{feff}", "\u{fffe}", "\u{ffff}":
            let digits = String(character.value, radix: 16)
            out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: out.unicodeScalars.append(character)
        }
    }
    return out + "\""
}

/// Whether a text without quotes would be read as a truth value, nothing, or a number.
private func isWord(_ text: String) -> Bool {
    ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf", "infinity"].contains(text.lowercased())
}
