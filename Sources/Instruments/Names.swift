// The rules for our own names are narrower than those of the formats: lower_snake_case, base units, `_total` on counters.

/// What is wrong with the name of a metric of this type, or with the names of its labels; nil when nothing is.
func complaint(about name: String, _ type: InstrumentType, unit: String?, labels: [String]) -> String? {
    guard isLowerSnakeCase(name) else { return "the metric name \(name) is not lower_snake_case" }
    let isTotal = name.hasSuffix("_total")
    if isTotal != (type == .counter) { return "the metric name \(name): counters, and only they, end in _total" }
    if type == .histogram || type == .gauge, let suffix = ["_bucket", "_sum", "_count"].first(where: name.hasSuffix) {
        return "the metric name \(name) ends in \(suffix), which the parts of a histogram do"
    }
    let stem = isTotal ? name.dropLast("_total".count) : name[...]
    if let unit, !stem.hasSuffix("_" + unit) { return "the metric name \(name) does not end in its unit \(unit)" }
    for label in labels where !isLowerSnakeCase(label) || label == "le" || label.hasPrefix("__") {
        return "the metric \(name) cannot have a label \(label)"
    }
    if Set(labels).count != labels.count { return "the metric \(name) has a label twice" }
    return nil
}

/// Stops the program when a name is wrong: a mistake made while writing it, seen at its first start.
func checkNames(_ name: String, _ type: InstrumentType, unit: String?, labels: [String]) {
    if let complaint = complaint(about: name, type, unit: unit, labels: labels) { preconditionFailure(complaint) }
}

private func isLowerSnakeCase(_ name: String) -> Bool {
    guard let first = name.utf8.first, first == UInt8(ascii: "_") || isLowerLetter(first) else { return false }
    return name.utf8.allSatisfy {
        isLowerLetter($0) || $0 == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }
}

private func isLowerLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
}
