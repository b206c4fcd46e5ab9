import Model

/// Whether two values are equal as `eq` has it: both of one simple kind, or one of them nothing.
func areEqual(_ a: TemplateValue, _ b: TemplateValue) throws(TemplateFault) -> Bool {
    switch (a, b) {
    case (.nothing, .nothing): true
    case (.nothing, _), (_, .nothing): false
    case (.bool(let a), .bool(let b)): a == b
    case (.integer(let a), .integer(let b)), (.integer(let a), .duration(let b)), (.duration(let a), .integer(let b)),
        (.duration(let a), .duration(let b)):
        a == b
    case (.number(let a), .number(let b)): a == b
    case (.text(let a), .text(let b)): sameBytes(a, b)
    case (.time(let a), .time(let b)): a == b
    default: throw incomparable(a, b)
    }
}

/// Whether one value is less than another as `lt` has it: of numbers, whole numbers, durations and texts.
func isLess(_ a: TemplateValue, _ b: TemplateValue) throws(TemplateFault) -> Bool {
    switch (a, b) {
    case (.integer(let a), .integer(let b)), (.integer(let a), .duration(let b)), (.duration(let a), .integer(let b)),
        (.duration(let a), .duration(let b)):
        a < b
    case (.number(let a), .number(let b)): a < b
    case (.text(let a), .text(let b)): bytesPrecede(a, b)
    default: throw incomparable(a, b)
    }
}

private func incomparable(_ a: TemplateValue, _ b: TemplateValue) -> TemplateFault {
    switch (a, b) {
    case (.integer, .number), (.number, .integer):
        // The mistake that is made most: `gt $value 5`.
        TemplateFault("a number cannot be compared with a whole number: write 5.0 for 5")
    default: TemplateFault("\(a.kindInWords) and \(b.kindInWords) cannot be compared")
    }
}
