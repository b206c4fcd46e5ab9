import Model

// An event as variables of the environment, for scripts that do not read JSON. All of it together stays small: the kernel refuses
// to start a program with a variable of 128 KiB, or with too many.

extension ActionEvent {
    /// The longest value of a variable, in bytes: a longer one is cut.
    static let longestVariable = 8 << 10
    /// How much labels and annotations may have together, in bytes: those that do not fit any more are left out.
    static let roomForLabels = 128 << 10

    /// The variables, each name once.
    public var environment: [String: String] {
        var variables: [String: String] = [
            "VEDETTE_ACTION": action, "VEDETTE_ACTION_ID": String(id), "VEDETTE_ACTION_KEY": key,
            "VEDETTE_ATTEMPT": String(attempt), "VEDETTE_CAUSE": cause.rawValue, "VEDETTE_EPOCH": String(epoch),
            "VEDETTE_EXTERNAL_URL": externalURL, "VEDETTE_RULE": rule, "VEDETTE_STATE": state,
            "VEDETTE_STATUS": status, "VEDETTE_THRESHOLD": threshold,
        ]
        variables["VEDETTE_VALUE"] = value.map(eventValue)
        variables["VEDETTE_SINCE"] = since.map(eventTime)
        variables["VEDETTE_DURATION_SECONDS"] = duration.map { eventValue(Double($0) / 1000) }
        variables = variables.mapValues(shortened)

        var room = Self.roomForLabels
        for (name, labels) in [("LABEL", commonLabels), ("ANNOTATION", commonAnnotations)] {
            let json = jsonText(labels)
            // Half a JSON text would be none.
            if json.utf8.count <= Self.longestVariable { variables["VEDETTE_\(name)S"] = withoutZeroes(json) }
            for pair in labels.pairs {
                let variable = "VEDETTE_\(name)_\(variableName(pair.name))"
                let value = shortened(pair.value)
                let size = variable.utf8.count + value.utf8.count
                if size > room { break }
                room -= size
                // Of two names that become the same the first counts, as it is sorted.
                if variables[variable] == nil { variables[variable] = value }
            }
        }
        return variables
    }
}

private func jsonText(_ labels: Labels) -> String {
    var json = JSONWriter()
    json.value(labels)
    return String(decoding: json.bytes, as: UTF8.self)
}

/// The first bytes of a value, ending between two characters.
private func shortened(_ text: String) -> String {
    let utf8 = text.utf8
    guard utf8.count > ActionEvent.longestVariable else { return withoutZeroes(text) }
    var end = utf8.index(utf8.startIndex, offsetBy: ActionEvent.longestVariable)
    // Bytes that go on with a character begin with the bits 10.
    while end > utf8.startIndex, utf8[end] & 0xc0 == 0x80 { end = utf8.index(before: end) }
    return withoutZeroes(String(text[..<end]))
}

/// A variable ends at the first zero byte.
private func withoutZeroes(_ text: String) -> String {
    guard text.utf8.contains(0) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\0" ? "\u{fffd}" : $0 }))
}

/// A label's name in capitals, with `_` for whatever the name of a variable has not.
private func variableName(_ label: String) -> String {
    String(
        decoding: label.utf8.map { byte in
            guard isLetterOrDigit(byte) else { return UInt8(ascii: "_") }
            return byte >= UInt8(ascii: "a") ? byte - 0x20 : byte
        }, as: UTF8.self)
}
