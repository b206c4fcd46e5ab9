import Model

extension Function {
    /// Times and durations. Whatever takes a time takes seconds since 1970 as well, which is what `now` gives.
    static let times = [
        Function("now", 0) { (expansion, _) throws(TemplateFault) in
            .number(Double(expansion.environment.now) / 1000)
        },
        Function("toTime", 1) { (_, given) throws(TemplateFault) in .time(try time(seconds: try number(given[0]))) },
        Function("toDuration", 1) { (_, given) throws(TemplateFault) in
            let seconds = try number(given[0])
            guard let nanoseconds = Int64(exactly: (seconds * 1e9).rounded(.towardZero)) else {
                throw TemplateFault("\(formatExpositionValue(seconds)) is too long for a duration")
            }
            return .duration(nanoseconds)
        },
        Function("parseDuration", 1) { (_, given) throws(TemplateFault) in
            let text = try text(given[0])
            let isNegative = text.hasPrefix("-")
            do {
                let seconds = Double(try Model.parseDuration(isNegative ? String(text.dropFirst()) : text)) / 1000
                return .number(isNegative ? -seconds : seconds)
            } catch {
                throw TemplateFault(reason(of: error))
            }
        },
        Function("date", 2) { (_, given) throws(TemplateFault) in
            let layout = try text(given[0])
            return .text(try time(given[1]).formatted(layout))
        },
        Function("since", 1) { (expansion, given) throws(TemplateFault) in
            let now = PreciseTime(milliseconds: expansion.environment.now)
            return .duration(now.nanoseconds(since: try time(given[0]).moment))
        },
        Function("tz", 2) { (expansion, given) throws(TemplateFault) in
            var time = try time(given[1])
            time.zone = try expansion.zone(try text(given[0]), at: time.moment.seconds)
            return .time(time)
        },
    ]
}

extension Expansion {
    fileprivate func zone(_ name: String, at seconds: Int64) throws(TemplateFault) -> TemplateZone {
        if name == "UTC" || name.isEmpty { return .utc }
        guard let zones = environment.zones else { throw TemplateFault("the zone \(quoted(name)) is not known here") }
        do {
            return try zones(name, seconds)
        } catch {
            throw TemplateFault(reason(of: error))
        }
    }
}
