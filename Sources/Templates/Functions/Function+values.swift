import Model

extension Function {
    /// What takes lists, maps and texts apart, and puts them together.
    static let values = [
        Function("len", 1) { (_, given) throws(TemplateFault) in
            switch given[0] {
            case .text(let text): .integer(Int64(text.utf8.count))
            case .list(let elements): .integer(Int64(elements.count))
            case .labels(let labels): .integer(Int64(labels.pairs.count))
            case .map(let members): .integer(Int64(members.count))
            default: throw TemplateFault("\(given[0].kindInWords) has no length")
            }
        },
        Function("index", 1...any) { (_, given) throws(TemplateFault) in
            var value = given[0]
            for place in given.dropFirst() { value = try element(of: value, at: place) }
            return value
        },
        Function("slice", 1...4) { (_, given) throws(TemplateFault) in try slice(given) },
        Function("args", 0...any) { (expansion, given) throws(TemplateFault) in
            for argument in given { try expansion.measure(argument) }
            let members = given.enumerated().map { ("arg\($0.offset)", $0.element) }
            return .map(Dictionary(members) { first, _ in first })
        },
        Function("stringSlice", 0...any) { (_, given) throws(TemplateFault) in
            for argument in given { _ = try text(argument) }
            return .list(given)
        },
    ]
}

private func element(of value: TemplateValue, at place: TemplateValue) throws(TemplateFault) -> TemplateValue {
    switch value {
    case .list(let elements):
        guard !elements.isEmpty else { throw TemplateFault("the list is empty") }
        return elements[try index(place, within: 0...elements.count - 1)]
    case .text(let text):
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { throw TemplateFault("the text is empty") }
        return .integer(Int64(bytes[try index(place, within: 0...bytes.count - 1)]))
    case .labels(let labels): return .text(labels[try text(place)] ?? "")
    case .map(let members):
        return members[try text(place)] ?? (value.asLabels == nil ? .nothing : .text(""))
    default: throw TemplateFault("\(value.kindInWords) has no elements")
    }
}

/// `slice x`, `slice x from`, `slice x from to`; a fourth argument bounds what a list may grow to, which none does here.
private func slice(_ given: [TemplateValue]) throws(TemplateFault) -> TemplateValue {
    let count: Int
    switch given[0] {
    case .text(let text): count = text.utf8.count
    case .list(let elements): count = elements.count
    default: throw TemplateFault("there are no slices of \(given[0].kindInWords)")
    }
    var bounds = [0, count]
    for (position, place) in given.dropFirst().enumerated() {
        let bound = try index(place, within: 0...count)
        if position < 2 { bounds[position] = bound }
    }
    guard bounds[0] <= bounds[1] else { throw TemplateFault("the slice ends before it begins") }
    if case .text(let text) = given[0] {
        if given.count == 4 { throw TemplateFault("a slice of a text has two bounds") }
        return .text(String(decoding: Array(text.utf8)[bounds[0]..<bounds[1]], as: UTF8.self))
    }
    return .list(Array(try list(given[0])[bounds[0]..<bounds[1]]))
}

extension Expansion {
    /// Goes through a value that is going to be part of another one, so that nobody builds a tower, or a small thing that is
    /// endless to look through because its parts are the same again and again.
    mutating func measure(_ value: TemplateValue, depth: Int = 1) throws(TemplateFault) {
        try spend(1)
        if depth > TemplateLimits.valueDepth {
            throw TemplateFault("values stand more than \(TemplateLimits.valueDepth) deep in each other")
        }
        switch value {
        case .list(let elements): for element in elements { try measure(element, depth: depth + 1) }
        case .map(let members), .record(let members):
            for element in members.values { try measure(element, depth: depth + 1) }
        default: break
        }
    }
}
