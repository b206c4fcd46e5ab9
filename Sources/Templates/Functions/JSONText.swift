import Model

/// A value as JSON. Fields of records begin with a small letter, as in the bodies of webhooks: `startsAt`, `externalURL`.
func json(_ value: TemplateValue) throws(TemplateFault) -> String {
    var writer = JSONWriter()
    try write(value, to: &writer)
    return String(decoding: writer.bytes, as: UTF8.self)
}

private func write(_ value: TemplateValue, to json: inout JSONWriter) throws(TemplateFault) {
    switch value {
    case .nothing: json.null()
    case .bool(let truth): json.value(truth)
    case .integer(let number), .duration(let number): json.value(number)
    case .number(let number): json.value(number)
    case .text(let text): json.value(text)
    case .time(let time): json.value(time.formatted("2006-01-02T15:04:05.999999999Z07:00"))
    case .labels(let labels): json.value(labels)
    case .list(let elements):
        json.beginArray()
        for element in elements { try write(element, to: &json) }
        json.endArray()
    case .map(let members):
        json.beginObject()
        for (name, member) in inOrder(members) {
            json.key(name)
            try write(member, to: &json)
        }
        json.endObject()
    case .record(let members):
        json.beginObject()
        for (name, member) in inOrder(members) {
            json.key(memberName(name))
            try write(member, to: &json)
        }
        json.endObject()
    }
    if json.bytes.count > TemplateLimits.output {
        throw TemplateFault("a text becomes longer than \(TemplateLimits.output) bytes")
    }
}

/// A field's name in JSON: `ID` is `id`, `ExternalURL` is `externalURL`.
private func memberName(_ field: String) -> String {
    let isAbbreviation = field.utf8.allSatisfy { $0 &- UInt8(ascii: "A") < 26 }
    return isAbbreviation ? field.lowercased() : field.prefix(1).lowercased() + field.dropFirst()
}
