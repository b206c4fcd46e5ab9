import Model

extension Function {
    /// Queries, and what takes their results apart: lists of records with `Labels` and a `Value`.
    static let queries = [
        Function("query", 1) { (expansion, given) throws(TemplateFault) in
            guard let query = expansion.environment.query else { throw TemplateFault("there is nothing to query here") }
            let expression = try text(given[0])
            try expansion.countQuery()
            do {
                let result = try query(expression)
                return .list(result.map { .record(["Labels": .labels($0.labels), "Value": .number($0.value)]) })
            } catch {
                throw TemplateFault(reason(of: error))
            }
        },
        Function("first", 1) { (_, given) throws(TemplateFault) in
            guard let first = try list(given[0]).first else { throw TemplateFault("the result has no elements") }
            return first
        },
        Function("label", 2) { (_, given) throws(TemplateFault) in
            let name = try text(given[0])
            return .text(try labels(of: given[1])[name] ?? "")
        },
        Function("value", 1) { (_, given) throws(TemplateFault) in try sample(given[0])["Value"] ?? .nothing },
        Function("strvalue", 1) { (_, given) throws(TemplateFault) in
            .text(try labels(of: given[0])["__value__"] ?? "")
        },
        Function("sortByLabel", 2) { (expansion, given) throws(TemplateFault) in
            let name = try text(given[0])
            var keyed: [(key: String, value: TemplateValue)] = []
            for element in try list(given[1]) { keyed.append((try labels(of: element)[name] ?? "", element)) }
            try expansion.spend(keyed.count * 8)
            // Swift's sort is stable.
            return .list(keyed.sorted { bytesPrecede($0.key, $1.key) }.map(\.value))
        },
    ]
}

/// The labels of a sample.
private func labels(of value: TemplateValue) throws(TemplateFault) -> Labels {
    try sample(value)["Labels"]?.asLabels ?? .none
}
