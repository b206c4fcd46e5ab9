import Model

// Matchers as Alertmanager's API has them: `{"name": …, "value": …, "isRegex": …, "isEqual": …}`.

extension JSONWriter {
    /// A list of matchers.
    mutating func value(_ matchers: [LabelMatcher]) {
        array { json in
            for matcher in matchers {
                json.object { json in
                    json.member("name", matcher.name)
                    json.member("value", matcher.value)
                    json.member("isRegex", matcher.operation == .matches || matcher.operation == .notMatches)
                    json.member("isEqual", matcher.operation == .equal || matcher.operation == .matches)
                }
            }
        }
    }
}

extension JSONObject {
    /// A list of matchers that must be there.
    func matchers(_ name: String) throws(UserError) -> [LabelMatcher] {
        var matchers: [LabelMatcher] = []
        for item in try objects(name) {
            let isRegex = try item.bool("isRegex")
            let isEqual = try item.bool("isEqual", default: true)
            let operation: LabelMatcher.Operation =
                isRegex ? (isEqual ? .matches : .notMatches) : (isEqual ? .equal : .notEqual)
            matchers.append(LabelMatcher(try item.text("name"), operation, try item.text("value")))
        }
        return matchers
    }
}
