import Model

/// The values of a group as its row has them: a JSON array, null where there is none; what JSON has no number for is text.
func valuesJSON(_ values: [Double?]) -> String {
    var json = JSONWriter(capacity: 16 + values.count * 8)
    json.array { json in
        for value in values {
            guard let value, !value.isNaN else {
                json.null()
                continue
            }
            if value.isFinite { json.value(value) } else { json.value(value > 0 ? "+Inf" : "-Inf") }
        }
    }
    return String(decoding: json.bytes, as: UTF8.self)
}

/// Reads such an array; what cannot be read counts as no value.
func readValues(_ text: String) -> [Double?] {
    guard case .success(let value) = Result(catching: { () throws(UserError) in try JSONValue(Array(text.utf8)) })
    else {
        return []
    }
    return value.elements.map { $0.double }
}

/// The labels of a JSON object; what is no text is left out.
func readLabels(_ text: String) -> Labels {
    guard case .success(let value) = Result(catching: { () throws(UserError) in try JSONValue(Array(text.utf8)) })
    else {
        return .none
    }
    return Labels(json: value)
}

extension Labels {
    /// The labels of a JSON object; what is no text is left out.
    init(json: JSONValue?) {
        self.init((json?.members ?? [:]).compactMap { name, value in value.text.map { Label(name, $0) } })
    }
}
