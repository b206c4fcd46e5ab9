import Configuration
import Model
import Rules

// The two forms of thresholds: the older one with one level, and the newer one with a soft and a hard one.

private let olderForm: [WatchKey] = [.threshold, .thresholdDuration, .backoffDelay, .actionPlugin]

/// The levels; nil when something about them is missing or wrong, which has been noted then.
func readLevels(_ input: WatchInput) -> [WatchSettings.Level]? {
    let newer = [WatchKey.softThreshold, .hardThreshold].first { input.has($0) }
    if let newer {
        for key in olderForm where input.has(key) {
            input.fail(
                key,
                "it does not go with \(newer.rawValue)\(input.place(of: newer).map { " (\($0))" } ?? ""): each level has settings of its own, beginning with SOFT_ or HARD_"
            )
        }
        return readNewerForm(input)
    }
    var isWrong = false
    for keys in [WatchLevelKeys.soft, .hard] {
        for key in keys.rest where input.has(key) {
            input.fail(key, "there is no \(keys.threshold.rawValue) for it")
            isWrong = true
        }
    }
    if input.has(.threshold) {
        if input.has(.thresholdOperator) {
            input.fail(
                .thresholdOperator,
                "the operator stands in THRESHOLD, and SOFT_THRESHOLD and HARD_THRESHOLD are missing")
        }
        return readOlderForm(input)
    }
    if !isWrong {
        input.miss(.threshold, "the other form is THRESHOLD_OPERATOR with SOFT_THRESHOLD, HARD_THRESHOLD, or both")
    }
    return nil
}

private func readOlderForm(_ input: WatchInput) -> [WatchSettings.Level]? {
    let comparison = input.read(.threshold) { text throws(UserError) in try Comparison(text) }
    // Without a pause it repeats each time, as it always has.
    let backoff = readPause(.backoffDelay, input) ?? 0
    let holdFor = readPause(.thresholdDuration, input) ?? 0
    guard let comparison else { return nil }
    return [level("active", comparison, holdFor, backoff, .actionPlugin, input)]
}

private func readNewerForm(_ input: WatchInput) -> [WatchSettings.Level]? {
    if !input.has(.thresholdOperator) { input.miss(.thresholdOperator, "expected greater_than or less_than") }
    let operation = input.read(.thresholdOperator) { text throws(UserError) in
        guard let operation = Comparison.Operator(name: text) else {
            throw unknown(text, "operator", among: ["greater_than", "less_than"])
        }
        return operation
    }
    var levels: [WatchSettings.Level] = []
    for (name, keys) in [("soft", WatchLevelKeys.soft), ("hard", .hard)] {
        guard input.has(keys.threshold) else {
            for key in keys.rest where input.has(key) {
                input.fail(key, "there is no \(keys.threshold.rawValue) for it")
            }
            continue
        }
        let limit = input.read(keys.threshold, readLimit)
        let holdFor = readPause(keys.duration, input) ?? 0
        // Without a pause of its own this form acts once, until the level is entered anew.
        let backoff = readPause(keys.backoffDelay, input)
        guard let operation, let limit else { continue }
        // A hard level by itself has nothing to be hard against.
        let isAlone = name == "hard" && !input.has(.softThreshold)
        levels.append(
            level(isAlone ? "active" : name, Comparison(operation, limit), holdFor, backoff, keys.plugin, input))
    }
    return levels.isEmpty ? nil : levels
}

private func level(
    _ name: String, _ comparison: Comparison, _ holdFor: Int64, _ backoff: Int64?, _ plugin: WatchKey,
    _ input: WatchInput
) -> WatchSettings.Level {
    var level = ThresholdRule.Level(name, comparison, holdFor: holdFor, backoff: backoff)
    guard let name = input[plugin] else { return WatchSettings.Level(level: level) }
    level.onEnter = [name]
    level.onRepeat = backoff == nil ? [] : [name]
    return WatchSettings.Level(level: level, pluginKey: plugin, plugin: name, pluginPlace: input.place(of: plugin))
}

private func readPause(_ key: WatchKey, _ input: WatchInput) -> Int64? {
    input.read(key) { text throws(UserError) in
        let duration = try readGoDuration(text)
        if duration < 0 { throw UserError("\(quoted(text)) is negative") }
        return duration
    }
}

private func readLimit(_ text: String) throws(UserError) -> Double {
    let blanks: Set<Character> = [" ", "\t"]
    let bytes = Array(text.drop { blanks.contains($0) }.utf8)
    let end = bytes.lastIndex { $0 != 0x20 && $0 != 0x09 }.map { $0 + 1 } ?? 0
    let limit = Array(bytes[..<end]).withUnsafeBytes { readNumber($0)?.double }
    guard let limit, !limit.isNaN else {
        throw UserError("\(quoted(text)) is no number: the operator stands in THRESHOLD_OPERATOR")
    }
    return limit
}
