import Model

// What functions take: each throws when it is given something else.

func text(_ value: TemplateValue) throws(TemplateFault) -> String {
    guard case .text(let text) = value else { throw unfit(value, "a text") }
    return text
}

/// A text of each element.
func texts(_ value: TemplateValue) throws(TemplateFault) -> [String] {
    var texts: [String] = []
    for element in try list(value) { texts.append(try text(element)) }
    return texts
}

func list(_ value: TemplateValue) throws(TemplateFault) -> [TemplateValue] {
    guard case .list(let elements) = value else { throw unfit(value, "a list") }
    return elements
}

/// A number, or a text that is one; of a duration its seconds.
func number(_ value: TemplateValue) throws(TemplateFault) -> Double {
    switch value {
    case .number(let number): return number
    case .integer(let number): return Double(number)
    case .duration(let nanoseconds): return quotient(nanoseconds, 1_000_000_000)
    case .text(let text):
        guard let number = readFloat(text) else { throw TemplateFault("\(quoted(shortened(text))) is no number") }
        return number
    default: throw unfit(value, "a number")
    }
}

/// A time, or the seconds since 1970.
func time(_ value: TemplateValue) throws(TemplateFault) -> TemplateTime {
    if case .time(let time) = value { return time }
    return try time(seconds: try number(value))
}

/// A time from seconds since 1970, cut to milliseconds.
func time(seconds: Double) throws(TemplateFault) -> TemplateTime {
    if !seconds.isFinite { throw TemplateFault("\(formatExpositionValue(seconds)) is no time") }
    // As far as nanoseconds in 64 bits go, which is what Go has.
    guard let nanoseconds = Int64(exactly: (seconds * 1e9).rounded(.towardZero)) else {
        throw TemplateFault("\(formatExpositionValue(seconds)) is too far away for a time")
    }
    return TemplateTime(PreciseTime(milliseconds: nanoseconds / 1_000_000))
}

/// A duration, or a number of nanoseconds, as Go has it.
func nanoseconds(_ value: TemplateValue) throws(TemplateFault) -> Int64 {
    switch value {
    case .duration(let nanoseconds), .integer(let nanoseconds): return nanoseconds
    default: throw unfit(value, "a duration")
    }
}

/// A place in a list or text of so many elements.
func index(_ value: TemplateValue, within range: ClosedRange<Int>) throws(TemplateFault) -> Int {
    guard case .integer(let number) = value else { throw unfit(value, "a whole number") }
    guard let index = Int(exactly: number), range.contains(index) else {
        throw TemplateFault("there is no place \(number)")
    }
    return index
}

/// One series of the result of a query.
func sample(_ value: TemplateValue) throws(TemplateFault) -> [String: TemplateValue] {
    guard case .record(let members) = value, members["Labels"] != nil, members["Value"] != nil else {
        throw unfit(value, "a sample")
    }
    return members
}

private func unfit(_ value: TemplateValue, _ wanted: String) -> TemplateFault {
    TemplateFault("\(wanted) is wanted, not \(value.kindInWords)")
}

/// The beginning of a text, for messages.
func shortened(_ text: String) -> String {
    text.unicodeScalars.count > 40 ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(40))) + "…" : text
}

/// What an error of another room says, without the words it begins with where that is possible.
func reason(of error: any Error) -> String {
    (error as? UserError)?.message ?? "\(error)"
}
