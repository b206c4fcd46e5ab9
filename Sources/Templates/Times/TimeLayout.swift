import Model

// Times by an example, as Go formats them: the layout says how the second of January 2006, 15:04:05, would be written.

private let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
]

private let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

extension TemplateTime {
    /// The name of its month.
    var month: String { months[Int(fields.date.month - 1)] }

    /// The name of its day of the week.
    var weekday: String { weekdays[fields.weekday] }

    /// The time as a layout shows it.
    func formatted(_ layout: String) -> String {
        let fields = fields
        var out = ""
        var rest = Array(layout.utf8)[...]
        var plain: [UInt8] = []
        while let first = rest.first {
            if let element = LayoutElement(at: rest) {
                out += String(decoding: plain, as: UTF8.self)
                plain = []
                out += text(of: element, fields)
                rest = rest.dropFirst(element.length)
            } else {
                plain.append(first)
                rest = rest.dropFirst()
            }
        }
        return out + String(decoding: plain, as: UTF8.self)
    }

    private func text(of element: LayoutElement, _ fields: Fields) -> String {
        let hour = fields.hour % 12 == 0 ? 12 : fields.hour % 12
        switch element.kind {
        case .word(let word):
            switch word {
            case "January": return months[Int(fields.date.month - 1)]
            case "Jan": return String(months[Int(fields.date.month - 1)].prefix(3))
            case "Monday": return weekdays[fields.weekday]
            case "Mon": return String(weekdays[fields.weekday].prefix(3))
            case "2006": return padded(fields.date.year, 4)
            case "06": return padded(floorModulo(fields.date.year, 100), 2)
            case "01": return padded(fields.date.month, 2)
            case "1": return "\(fields.date.month)"
            case "02": return padded(fields.date.day, 2)
            case "_2": return padded(fields.date.day, 2, with: " ")
            case "2": return "\(fields.date.day)"
            case "002": return padded(fields.yearDay, 3)
            case "__2": return padded(fields.yearDay, 3, with: " ")
            case "15": return padded(fields.hour, 2)
            case "03": return padded(hour, 2)
            case "3": return "\(hour)"
            case "04": return padded(fields.minute, 2)
            case "4": return "\(fields.minute)"
            case "05": return padded(fields.second, 2)
            case "5": return "\(fields.second)"
            case "PM": return fields.hour < 12 ? "AM" : "PM"
            case "pm": return fields.hour < 12 ? "am" : "pm"
            case "MST": return zone.name.isEmpty ? offset(zone.offset % 3600 == 0 ? "-07" : "-0700") : zone.name
            default: return offset(word)
            }
        case .fraction(let separator, let digits, let keepsZeros):
            var text = padded(fields.nanosecond, 9).prefix(digits)
            if !keepsZeros { while text.last == "0" { text.removeLast() } }
            return text.isEmpty ? "" : separator + text
        }
    }

    /// The distance from UTC in one of its forms: `-0700`, `-07:00`, `Z07:00`…
    private func offset(_ form: String) -> String {
        if form.hasPrefix("Z"), zone.offset == 0 { return "Z" }
        let magnitude = Int64(clamping: zone.offset.magnitude)
        let parts = [magnitude / 3600, magnitude / 60 % 60, magnitude % 60].map { padded($0, 2) }
        let count = form.utf8.count { $0 &- UInt8(ascii: "0") < 10 } / 2
        return (zone.offset < 0 ? "-" : "+") + parts.prefix(count).joined(separator: form.contains(":") ? ":" : "")
    }
}

/// A part of a layout that stands for something.
private struct LayoutElement {
    enum Kind {
        case word(String)
        /// A point or comma with a run of `0` or `9` behind it; the nines leave out zeros at the end.
        case fraction(separator: String, digits: Int, keepsZeros: Bool)
    }

    var kind: Kind
    var length: Int

    /// Longer ones first where one begins like another.
    private static let words = [
        "January", "Jan", "Monday", "Mon", "MST", "2006", "__2", "_2", "002", "01", "02", "03", "04", "05", "06", "15",
        "1", "2", "3", "4", "5", "PM", "pm", "-07:00:00", "-070000", "-07:00", "-0700", "-07", "Z07:00:00", "Z070000",
        "Z07:00", "Z0700", "Z07",
    ]

    /// What elements begin with.
    private static let beginnings = Set(words.compactMap(\.utf8.first) + ".,".utf8)

    /// The element that the rest of a layout begins with, if it does.
    init?(at rest: ArraySlice<UInt8>) {
        guard let first = rest.first, Self.beginnings.contains(first) else { return nil }
        if let fraction = Self.fraction(rest) {
            self = fraction
            return
        }
        guard let word = Self.words.first(where: { rest.starts(with: $0.utf8) }) else { return nil }
        let after = rest.dropFirst(word.utf8.count)
        // `Jane` and `month` are no dates; `_2006` is a year behind an underscore.
        if word == "Jan" || word == "Mon", let next = after.first, next &- UInt8(ascii: "a") < 26 { return nil }
        if word == "_2", after.starts(with: "006".utf8) { return nil }
        self.init(kind: .word(word), length: word.utf8.count)
    }

    private init(kind: Kind, length: Int) {
        self.kind = kind
        self.length = length
    }

    private static func fraction(_ rest: ArraySlice<UInt8>) -> LayoutElement? {
        guard let separator = rest.first, separator == UInt8(ascii: ".") || separator == UInt8(ascii: ","),
            let digit = rest.dropFirst().first, digit == UInt8(ascii: "0") || digit == UInt8(ascii: "9")
        else { return nil }
        let run = rest.dropFirst().prefix { $0 == digit }
        if let after = rest[run.endIndex...].first, after &- UInt8(ascii: "0") < 10 { return nil }
        return LayoutElement(
            kind: .fraction(
                separator: separator == UInt8(ascii: ".") ? "." : ",", digits: min(9, run.count),
                keepsZeros: digit == UInt8(ascii: "0")),
            length: run.count + 1)
    }
}

private func floorModulo(_ a: Int64, _ b: Int64) -> Int64 { a - floorDivide(a, by: b) * b }

private func padded(_ number: Int64, _ width: Int, with filling: String = "0") -> String {
    let digits = String(number.magnitude)
    return (number < 0 ? "-" : "") + String(repeating: filling, count: max(0, width - digits.utf8.count)) + digits
}
