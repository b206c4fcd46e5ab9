import Model

/// What a template is filled with, and what its parts evaluate to.
public enum TemplateValue: Sendable, Hashable {
    /// No value at all.
    case nothing
    /// True or false.
    case bool(Bool)
    /// A whole number.
    case integer(Int64)
    /// A number.
    case number(Double)
    /// A text.
    case text(String)
    /// A moment.
    indirect case time(TemplateTime)
    /// A length of time, in nanoseconds.
    case duration(Int64)
    /// Several values in order.
    case list([TemplateValue])
    /// Texts by name; the text of a name that is not there is empty.
    case labels(Labels)
    /// Values by name, in the order of the names' bytes wherever order shows. If all are texts it is like labels; otherwise the
    /// value of a name that is not there is `nothing`.
    case map([String: TemplateValue])
    /// Values by name again, but of names that are known beforehand: it is a mistake to ask for another one.
    case record([String: TemplateValue])
}

extension TemplateValue {
    /// A time in Unix milliseconds, shown in UTC.
    public static func time(milliseconds: Int64) -> TemplateValue {
        .time(TemplateTime(PreciseTime(milliseconds: milliseconds)))
    }

    /// Whether a condition holds: there is something, and it is neither zero, nor false, nor empty.
    var isTrue: Bool {
        switch self {
        case .nothing: false
        case .bool(let truth): truth
        case .integer(let number), .duration(let number): number != 0
        case .number(let number): number != 0
        case .text(let text): !text.isEmpty
        case .list(let elements): !elements.isEmpty
        case .labels(let labels): !labels.pairs.isEmpty
        case .map(let members): !members.isEmpty
        case .time, .record: true
        }
    }

    /// Labels, or a map that could be: all its values are texts. Nil for anything else.
    var asLabels: Labels? {
        switch self {
        case .labels(let labels): return labels
        case .map(let members):
            var pairs: [Label] = []
            pairs.reserveCapacity(members.count)
            for (name, value) in members {
                guard case .text(let text) = value else { return nil }
                pairs.append(Label(name, text))
            }
            return Labels(sorted: pairs.sorted { bytesPrecede($0.name, $1.name) })
        default: return nil
        }
    }

    /// The name of its type in Go, which `printf` shows when a verb does not fit, and with `%T`.
    var typeInGo: String {
        switch self {
        case .nothing: "<nil>"
        case .bool: "bool"
        case .integer: "int"
        case .number: "float64"
        case .text: "string"
        case .time: "time.Time"
        case .duration: "time.Duration"
        case .list: "[]interface {}"
        case .labels: "map[string]string"
        case .map: asLabels == nil ? "map[string]interface {}" : "map[string]string"
        case .record: "struct"
        }
    }

    /// What it is, in a sentence about a mistake.
    var kindInWords: String {
        switch self {
        case .nothing: "nothing"
        case .bool: "true or false"
        case .integer: "a whole number"
        case .number: "a number"
        case .text: "a text"
        case .time: "a time"
        case .duration: "a duration"
        case .list: "a list"
        case .labels: "labels"
        case .map: "a map"
        case .record: "a record"
        }
    }
}

/// The members of a map or a record in the order of their names' bytes.
func inOrder(_ members: [String: TemplateValue]) -> [(name: String, value: TemplateValue)] {
    members.map { (name: $0.key, value: $0.value) }.sorted { bytesPrecede($0.name, $1.name) }
}
