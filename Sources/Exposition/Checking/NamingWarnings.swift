import Model

// The conventions for names that `promtool check metrics` holds expositions to, in its words, so that what is known about
// them can be looked up. https://prometheus.io/docs/practices/naming/

/// What is against the conventions in a family.
func namingWarnings(_ family: CheckedFamily, format: ExpositionFormat) -> [String] {
    var warnings: [String] = []
    if !family.hasHelp { warnings.append("no help text") }
    warnings += unitWarnings(family.name)
    let type = family.type ?? .unknown
    if type != .unknown { warnings += typeWarnings(family, type, format) }
    if family.name.utf8.contains(UInt8(ascii: ":")) { warnings.append("metric names should not contain ':'") }
    if isCamelCase(family.name) {
        warnings.append("metric names should be written in 'snake_case' not 'camelCase'")
    }
    if family.labelNames.contains(where: isCamelCase) {
        warnings.append("label names should be written in 'snake_case' not 'camelCase'")
    }
    let parts = family.name.lowercased().split(separator: "_", omittingEmptySubsequences: false)
    if parts.dropFirst().contains(where: { abbreviations.contains(String($0)) }) {
        warnings.append("metric names should not contain abbreviated units")
    }
    return warnings
}

private func typeWarnings(_ family: CheckedFamily, _ type: MetricType, _ format: ExpositionFormat) -> [String] {
    var warnings: [String] = []
    let name = family.name
    func ends(_ suffix: String) -> Bool { name.utf8.hasSuffix(suffix.utf8) }
    // In OpenMetrics `_total` stands on the samples and never on the family.
    if format == .text, type == .counter, !ends("_total") {
        warnings.append("counter metrics should have \"_total\" suffix")
    }
    if type != .counter, ends("_total") { warnings.append("non-counter metrics should not have \"_total\" suffix") }
    let isHistogram = type == .histogram || type == .gaugehistogram
    let isSummary = type == .summary
    if !isHistogram, ends("_bucket") { warnings.append("non-histogram metrics should not have \"_bucket\" suffix") }
    if !isHistogram, !isSummary {
        for suffix in ["_count", "_sum"] where ends(suffix) {
            warnings.append("non-histogram and non-summary metrics should not have \"\(suffix)\" suffix")
        }
    }
    if !isHistogram, family.labelNames.contains("le") {
        warnings.append("non-histogram metrics should not have \"le\" label")
    }
    if !isSummary, family.labelNames.contains("quantile") {
        warnings.append("non-summary metrics should not have \"quantile\" label")
    }
    let parts = name.lowercased().split(separator: "_", omittingEmptySubsequences: false)
    if parts.dropFirst().contains(where: { $0 == type.rawValue }) {
        warnings.append("metric name should not include type '\(type.rawValue)'")
    }
    return warnings
}

private let abbreviations: Set<String> = [
    "s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d",
]

/// Units and the base unit to use instead; base units stand for themselves.
private let baseUnits: [String: String] = [
    "amperes": "amperes", "bytes": "bytes", "celsius": "celsius", "grams": "grams", "joules": "joules",
    "kelvin": "kelvin", "meters": "meters", "metres": "metres", "seconds": "seconds", "volts": "volts",
    "minutes": "seconds", "hours": "seconds", "days": "seconds", "weeks": "seconds",
    "kelvins": "kelvin", "fahrenheit": "celsius", "rankine": "celsius",
    "inches": "meters", "yards": "meters", "miles": "meters", "bits": "bytes", "calories": "joules",
    "pounds": "grams", "ounces": "grams",
]

private let unitPrefixes = [
    "pico", "nano", "micro", "milli", "centi", "deci", "deca", "hecto", "kilo", "kibi", "mega", "mibi", "giga", "gibi",
    "tera", "tebi", "peta", "pebi",
]

/// Only the first unit in the name counts.
private func unitWarnings(_ name: String) -> [String] {
    for part in name.split(separator: "_") {
        let candidates = [part] + unitPrefixes.filter(part.hasPrefix).map { part.dropFirst($0.count) }
        for candidate in candidates {
            guard let base = baseUnits[String(candidate)] else { continue }
            return base == part ? [] : ["use base unit \"\(base)\" instead of \"\(part)\""]
        }
    }
    return []
}

/// A small letter with a capital behind it.
private func isCamelCase(_ name: String) -> Bool {
    zip(name.utf8, name.utf8.dropFirst()).contains { $0 &- UInt8(ascii: "a") < 26 && $1 &- UInt8(ascii: "A") < 26 }
}
