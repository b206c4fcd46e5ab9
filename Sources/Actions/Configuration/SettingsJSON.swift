import Configuration
import Model

/// A part of the configuration as JSON, for whom it means something: what stands there without quotes and is a number or a truth value
/// in JSON stays one, everything else is a string. The environment is written in.
func settingsJSON(_ node: Node, in context: DecodingContext) -> [UInt8] {
    var json = JSONWriter()
    write(node, in: context, to: &json)
    if json.bytes.count > largestSettings {
        let size = json.bytes.count
        context.fail("settings may have \(largestSettings) bytes as JSON, and these have \(size)", at: node.place)
    }
    return json.bytes
}

private let largestSettings = 1 << 20

private func write(_ node: Node, in context: DecodingContext, to json: inout JSONWriter) {
    switch node.content {
    case .null: json.null()
    case .scalar(let scalar):
        guard let text = context.string(node) else { return json.null() }
        if scalar.isPlain, isNumberOrTruth(text) { json.raw(text.utf8) } else { json.value(text) }
    case .list(let items):
        json.array { json in
            for item in items { write(item, in: context, to: &json) }
        }
    case .map(let entries):
        json.object { json in
            for entry in entries {
                json.key(entry.key)
                write(entry.value, in: context, to: &json)
            }
        }
    }
}

private func isNumberOrTruth(_ text: String) -> Bool {
    var reader = JSONReader(Array(text.utf8))
    do throws(UserError) {
        switch try reader.next() {
        case .number, .boolean: return try reader.next() == .end
        default: return false
        }
    } catch {
        return false
    }
}
