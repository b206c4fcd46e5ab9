extension Function {
    /// What decides and compares.
    static let logic = [
        Function("and", decidedBy: false),
        Function("or", decidedBy: true),
        Function("not", 1) { (_, given) throws(TemplateFault) in .bool(!given[0].isTrue) },
        Function("eq", 2...any) { (_, given) throws(TemplateFault) in
            for other in given.dropFirst() where try areEqual(given[0], other) { return .bool(true) }
            return .bool(false)
        },
        Function("ne", 2) { (_, given) throws(TemplateFault) in .bool(!(try areEqual(given[0], given[1]))) },
        Function("lt", 2) { (_, given) throws(TemplateFault) in .bool(try isLess(given[0], given[1])) },
        Function("le", 2) { (_, given) throws(TemplateFault) in .bool(try isLessOrEqual(given[0], given[1])) },
        // As in Go these are the contrary of the others, so that both hold when a side is not a number.
        Function("gt", 2) { (_, given) throws(TemplateFault) in .bool(!(try isLessOrEqual(given[0], given[1]))) },
        Function("ge", 2) { (_, given) throws(TemplateFault) in .bool(!(try isLess(given[0], given[1]))) },
    ]
}

private func isLessOrEqual(_ a: TemplateValue, _ b: TemplateValue) throws(TemplateFault) -> Bool {
    if try isLess(a, b) { return true }
    return try areEqual(a, b)
}
