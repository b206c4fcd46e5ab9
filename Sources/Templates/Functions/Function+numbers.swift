import Model

extension Function {
    /// What makes numbers readable.
    static let numbers = [
        Function("humanize", 1) { (_, given) throws(TemplateFault) in .text(humanized(try number(given[0]))) },
        Function("humanize1024", 1) { (_, given) throws(TemplateFault) in .text(humanized1024(try number(given[0]))) },
        Function("humanizeDuration", 1) { (_, given) throws(TemplateFault) in
            .text(humanizedDuration(try number(given[0])))
        },
        Function("humanizePercentage", 1) { (_, given) throws(TemplateFault) in
            .text(fourDigits(try number(given[0]) * 100) + "%")
        },
        Function("humanizeTimestamp", 1) { (_, given) throws(TemplateFault) in
            let seconds = try number(given[0])
            return .text(seconds.isFinite ? try time(seconds: seconds).description : fourDigits(seconds))
        },
    ]
}

private let small = ["m", "u", "n", "p", "f", "a", "z", "y"]
private let large = ["k", "M", "G", "T", "P", "E", "Z", "Y"]
private let binary = ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"]

private func fourDigits(_ value: Double) -> String { rounded(value, "g", 4) }

private func humanized(_ value: Double) -> String {
    if value == 0 || !value.isFinite { return fourDigits(value) }
    return value.magnitude >= 1 ? scaledDown(value, by: 1000, large) : scaledUp(value)
}

private func humanized1024(_ value: Double) -> String {
    value.magnitude <= 1 || !value.isFinite ? fourDigits(value) : scaledDown(value, by: 1024, binary)
}

/// Days, hours, minutes and seconds, as far as needed; what is less than a minute with four digits.
private func humanizedDuration(_ value: Double) -> String {
    if !value.isFinite { return fourDigits(value) }
    if value == 0 { return "0s" }
    if value.magnitude < 1 { return scaledUp(value) + "s" }
    let sign = value < 0 ? "-" : ""
    let whole = Int64(exactly: value.magnitude.rounded(.towardZero)) ?? .max
    let (days, hours, minutes, seconds) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60, whole % 60)
    if days != 0 { return "\(sign)\(days)d \(hours)h \(minutes)m \(seconds)s" }
    if hours != 0 { return "\(sign)\(hours)h \(minutes)m \(seconds)s" }
    if minutes != 0 { return "\(sign)\(minutes)m \(seconds)s" }
    return "\(sign)\(fourDigits(value.magnitude))s"
}

/// Divides until the number is less than a step, or there is no name for more.
private func scaledDown(_ value: Double, by step: Double, _ prefixes: [String]) -> String {
    var value = value
    var prefix = ""
    for name in prefixes where value.magnitude >= step {
        prefix = name
        value /= step
    }
    return fourDigits(value) + prefix
}

/// Multiplies until the number is at least one, or there is no name for less.
private func scaledUp(_ value: Double) -> String {
    var value = value
    var prefix = ""
    for name in small where value.magnitude < 1 {
        prefix = name
        value *= 1000
    }
    return fourDigits(value) + prefix
}
