import Model

// What Go's times and durations offer, as far as templates use it.

extension Expansion {
    /// The result of a method of times; nil when there is none of that name.
    func method(
        _ name: String, ofTime receiver: TemplateTime, _ arguments: [TemplateValue]
    ) throws(TemplateFault) -> TemplateValue? {
        switch name {
        case "Format": return .text(receiver.formatted(try text(try argument(arguments, of: name))))
        case "Add": return .time(receiver.adding(try nanoseconds(try argument(arguments, of: name))))
        case "Sub", "Before", "After", "Equal":
            let other = try time(try argument(arguments, of: name)).moment
            switch name {
            case "Sub": return .duration(receiver.moment.nanoseconds(since: other))
            case "Before": return .bool(receiver.moment < other)
            case "After": return .bool(other < receiver.moment)
            default: return .bool(other == receiver.moment)
            }
        default: break
        }
        guard let result = plainMethod(name, of: receiver) else { return nil }
        try refuse(arguments, of: name)
        return result
    }

    private func plainMethod(_ name: String, of time: TemplateTime) -> TemplateValue? {
        switch name {
        case "String": .text(time.description)
        case "Unix": .integer(time.moment.seconds)
        case "UnixMilli": .integer(time.moment.milliseconds)
        case "UnixNano": .integer(time.moment.nanoseconds(since: PreciseTime(seconds: 0, nanoseconds: 0)))
        case "UTC": .time(TemplateTime(time.moment))
        case "Year": .integer(time.fields.date.year)
        case "Month": .text(time.month)
        case "Day": .integer(time.fields.date.day)
        case "Weekday": .text(time.weekday)
        case "YearDay": .integer(time.fields.yearDay)
        case "Hour": .integer(time.fields.hour)
        case "Minute": .integer(time.fields.minute)
        case "Second": .integer(time.fields.second)
        default: nil
        }
    }

    /// The result of a method of durations; nil when there is none of that name.
    func method(
        _ name: String, ofDuration nanoseconds: Int64, _ arguments: [TemplateValue]
    ) throws(TemplateFault) -> TemplateValue? {
        let result: TemplateValue
        switch name {
        case "String": result = .text(durationText(nanoseconds))
        case "Hours": result = .number(quotient(nanoseconds, 3_600_000_000_000))
        case "Minutes": result = .number(quotient(nanoseconds, 60_000_000_000))
        case "Seconds": result = .number(quotient(nanoseconds, 1_000_000_000))
        case "Milliseconds": result = .integer(nanoseconds / 1_000_000)
        default: return nil
        }
        try refuse(arguments, of: name)
        return result
    }

    private func refuse(_ arguments: [TemplateValue], of name: String) throws(TemplateFault) {
        if !arguments.isEmpty { throw TemplateFault("\(name) takes no arguments") }
    }
}

extension TemplateTime {
    /// The moment so many nanoseconds later, shown in the same zone.
    func adding(_ nanoseconds: Int64) -> TemplateTime {
        let seconds = floorDivide(nanoseconds, by: 1_000_000_000)
        let (sum, overflow) = moment.seconds.addingReportingOverflow(seconds)
        return TemplateTime(
            PreciseTime(
                seconds: overflow ? moment.seconds : sum,
                nanoseconds: moment.nanoseconds + (nanoseconds - seconds * 1_000_000_000)),
            zone: zone)
    }
}
