import Model

extension Expansion {
    /// What stands behind a point: a method, or a value by its name.
    ///
    /// Methods are what Go's types offer in the places where these values come from: labels and alerts in notifications, times,
    /// durations. Among labels a method goes before a label of its name, as in Go; `index` finds the label.
    mutating func field(
        _ name: String, of value: TemplateValue, _ arguments: [TemplateValue], isGivenArguments: Bool
    ) throws(TemplateFault) -> TemplateValue {
        try spend(1)
        if let result = try method(name, of: value, arguments) { return result }
        if isGivenArguments { throw TemplateFault("\(name) is no function here and cannot be given arguments") }
        switch value {
        case .labels(let labels): return .text(labels[name] ?? "")
        case .map(let members): return members[name] ?? (value.asLabels == nil ? .nothing : .text(""))
        case .record(let members):
            guard let value = members[name] else {
                let known = inOrder(members).map { ".\($0.name)" }.joined(separator: ", ")
                throw TemplateFault("there is no .\(name) here, but \(known)")
            }
            return value
        default: throw TemplateFault("\(value.kindInWords) has no .\(name)")
        }
    }

    /// The result of a method; nil when the value has none of that name.
    private mutating func method(
        _ name: String, of value: TemplateValue, _ arguments: [TemplateValue]
    ) throws(TemplateFault) -> TemplateValue? {
        switch value {
        case .labels(let labels): return try method(name, ofLabels: labels, arguments)
        case .map(let members):
            // Only then is it looked through: most maps are asked for what they have.
            guard members[name] == nil, ["SortedPairs", "Names", "Values", "Remove"].contains(name),
                let labels = value.asLabels
            else { return nil }
            try spend(members.count)
            return try method(name, ofLabels: labels, arguments)
        case .list(let elements): return try method(name, ofList: elements, arguments)
        case .time(let time): return try method(name, ofTime: time, arguments)
        case .duration(let nanoseconds): return try method(name, ofDuration: nanoseconds, arguments)
        default: return nil
        }
    }

    /// What Alertmanager's sets of labels offer.
    private mutating func method(
        _ name: String, ofLabels labels: Labels, _ arguments: [TemplateValue]
    ) throws(TemplateFault) -> TemplateValue? {
        try spend(labels.pairs.count)
        switch name {
        case "SortedPairs":
            return .list(pairs(labels).map { .record(["Name": .text($0.name), "Value": .text($0.value)]) })
        case "Names": return .list(pairs(labels).map { .text($0.name) })
        case "Values": return .list(pairs(labels).map { .text($0.value) })
        case "Remove":
            let names = try texts(try argument(arguments, of: name))
            try spend(names.count * labels.pairs.count)
            return .labels(labels.dropping(names))
        default: return nil
        }
    }

    /// What Alertmanager's lists offer: of alerts, of pairs of names and values, of texts.
    private mutating func method(
        _ name: String, ofList elements: [TemplateValue], _ arguments: [TemplateValue]
    ) throws(TemplateFault) -> TemplateValue? {
        try spend(elements.count)
        switch name {
        case "Firing": return .list(elements.filter { isText(member("Status", of: $0), "firing") })
        case "Resolved": return .list(elements.filter { isText(member("Status", of: $0), "resolved") })
        case "Names": return .list(elements.compactMap { member("Name", of: $0) })
        case "Values": return .list(elements.compactMap { member("Value", of: $0) })
        case "Join":
            return .text(try joined(elements, by: try text(try argument(arguments, of: name))))
        default: return nil
        }
    }

    private func isText(_ value: TemplateValue?, _ wanted: String) -> Bool {
        if case .text(let text)? = value { sameBytes(text, wanted) } else { false }
    }

    private func member(_ name: String, of value: TemplateValue) -> TemplateValue? {
        switch value {
        case .map(let members), .record(let members): members[name]
        default: nil
        }
    }
}

/// The one argument of a method.
func argument(_ arguments: [TemplateValue], of name: String) throws(TemplateFault) -> TemplateValue {
    guard let first = arguments.first, arguments.count == 1 else {
        throw TemplateFault("\(name) takes 1 argument, not \(arguments.count)")
    }
    return first
}

/// Labels in the order of notifications: the alert's name first.
private func pairs(_ labels: Labels) -> [Label] {
    let isName = { (pair: Label) in sameBytes(pair.name, "alertname") }
    return labels.pairs.filter(isName) + labels.pairs.filter { !isName($0) }
}
