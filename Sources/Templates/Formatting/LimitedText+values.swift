import Model

// Values as Go's `fmt` shows them, by a directive.

extension LimitedText {
    /// A value in its plain form, which is that of `%v`.
    mutating func append(shown value: TemplateValue) throws(TemplateFault) { try append(value, by: .plain) }

    /// Several values as `print` shows them: with a space between two of which neither is a text.
    mutating func append(printed values: [TemplateValue]) throws(TemplateFault) {
        var isAfterText = true
        for value in values {
            let isText = if case .text = value { true } else { false }
            if !isText && !isAfterText { try append(UInt8(ascii: " ")) }
            try append(shown: value)
            isAfterText = isText
        }
    }

    /// A value by a directive of `printf`.
    mutating func append(_ value: TemplateValue, by directive: FormatDirective) throws(TemplateFault) {
        switch directive.verb {
        case "T": return try pad(value.typeInGo, directive)
        case "p": return try append(misfit: value, directive)
        default: break
        }
        switch value {
        case .nothing:
            if directive.verb == "v" { return try pad("<nil>", directive) }
            try append(misfit: value, directive)
        case .bool(let truth):
            guard directive.verb == "t" || directive.verb == "v" else { return try append(misfit: value, directive) }
            try pad(truth ? "true" : "false", directive)
        case .integer(let number): try append(number, value, directive)
        case .number(let number): try append(number, value, directive)
        case .text(let text): try append(text, value, directive)
        case .time(let time):
            guard isForTexts(directive.verb) else { return try append(misfit: value, directive) }
            try append(time.description, value, directive)
        case .duration(let nanoseconds):
            guard !isForTexts(directive.verb) else {
                return try append(durationText(nanoseconds), value, directive)
            }
            try append(nanoseconds, value, directive)
        case .list(let elements): try append(elements, directive)
        case .labels(let labels):
            try append(members: labels.pairs.map { ($0.name, .text($0.value)) }, of: value, directive)
        case .map(let members): try append(members: inOrder(members), of: value, directive)
        case .record(let members): try append(record: inOrder(members), directive)
        }
    }

    /// The verbs that show what describes itself by its description.
    private func isForTexts(_ verb: Unicode.Scalar) -> Bool { ["v", "s", "q", "x", "X"].contains(verb) }

    /// What is shown when a verb does not fit: `%!d(string=x)`.
    mutating func append(misfit value: TemplateValue, _ directive: FormatDirective) throws(TemplateFault) {
        try append("%!\(Character(directive.verb))(")
        if case .nothing = value {
            try append("<nil>")
        } else {
            try append("\(value.typeInGo)=")
            var plain = directive
            plain.verb = "v"
            try append(value, by: plain)
        }
        try append(")")
    }

    // MARK: Numbers

    private mutating func append(
        _ number: Int64, _ value: TemplateValue, _ directive: FormatDirective
    ) throws(TemplateFault) {
        switch directive.verb {
        case "c": return try pad(character(number), directive)
        case "q": return try pad(quotedCharacter(number, onlyASCII: directive.plus), directive)
        case "U": return try pad(codePoint(number, showsCharacter: directive.sharp), directive)
        case "e", "E", "f", "F", "g", "G": return try append(misfit: value, directive)
        default: break
        }
        guard var digits = digits(number.magnitude, verb: directive.verb) else {
            return try append(misfit: value, directive)
        }
        let sign = number < 0 ? "-" : directive.plus ? "+" : directive.space ? " " : ""
        var wanted = directive.precision ?? 0
        if directive.precision == 0, number == 0 { digits = "" }
        if directive.precision == nil, directive.zero, let width = directive.width { wanted = width - sign.utf8.count }
        var text = LimitedText()
        try text.append(sign)
        if directive.sharp { try text.append(prefix(of: directive.verb)) }
        if directive.verb == "O" { try text.append("0o") }
        try text.append(UInt8(ascii: "0"), times: wanted - digits.utf8.count)
        try text.append(digits)
        var plain = directive
        plain.zero = false
        try pad(text.text, plain)
    }

    private func prefix(of verb: Unicode.Scalar) -> String {
        switch verb {
        case "b": "0b"
        case "o": "0"
        case "x": "0x"
        case "X": "0X"
        default: ""
        }
    }

    private mutating func append(
        _ number: Double, _ value: TemplateValue, _ directive: FormatDirective
    ) throws(TemplateFault) {
        let verb = directive.verb
        if verb == "b" || verb == "x" || verb == "X" {
            throw TemplateFault("%\(Character(verb)) of a number that is not whole is not understood")
        }
        if let precision = directive.precision, precision > TemplateLimits.output {
            throw TemplateFault("a text becomes longer than \(TemplateLimits.output) bytes")
        }
        guard var text = signedFloatText(number, verb: verb, precision: directive.precision) else {
            return try append(misfit: value, directive)
        }
        var plain = directive
        if directive.space, !directive.plus, text.hasPrefix("+") { text = " " + text.dropFirst() }
        if !number.isFinite {
            plain.zero = false
            if number.isNaN, !directive.space, !directive.plus { text.removeFirst() }
        } else if text.hasPrefix("+"), !directive.plus {
            text.removeFirst()
        } else if directive.zero, let width = directive.width, width > text.utf8.count {
            // Zeros stand behind the sign.
            try append(String(text.prefix(1)))
            try append(UInt8(ascii: "0"), times: width - text.utf8.count)
            return try append(String(text.dropFirst()))
        }
        try pad(text, plain)
    }

    // MARK: Several values

    private mutating func append(_ elements: [TemplateValue], _ directive: FormatDirective) throws(TemplateFault) {
        try append(directive.showsSyntax ? "[]interface {}{" : "[")
        for (index, element) in elements.enumerated() {
            if index > 0 { try append(directive.showsSyntax ? ", " : " ") }
            try append(element: element, directive)
        }
        try append(directive.showsSyntax ? "}" : "]")
    }

    private mutating func append(
        members: [(name: String, value: TemplateValue)], of value: TemplateValue, _ directive: FormatDirective
    ) throws(TemplateFault) {
        try append(directive.showsSyntax ? "\(value.typeInGo){" : "map[")
        for (index, member) in members.enumerated() {
            if index > 0 { try append(directive.showsSyntax ? ", " : " ") }
            try append(.text(member.name), by: directive)
            try append(":")
            try append(element: member.value, directive)
        }
        try append(directive.showsSyntax ? "}" : "]")
    }

    private mutating func append(
        record members: [(name: String, value: TemplateValue)], _ directive: FormatDirective
    ) throws(TemplateFault) {
        try append("{")
        for (index, member) in members.enumerated() {
            if index > 0 { try append(directive.showsSyntax ? ", " : " ") }
            if directive.showsNames || directive.showsSyntax { try append("\(member.name):") }
            try append(element: member.value, directive)
        }
        try append("}")
    }

    /// Within others nothing is `<nil>` whatever the verb.
    private mutating func append(element: TemplateValue, _ directive: FormatDirective) throws(TemplateFault) {
        if case .nothing = element { return try append("<nil>") }
        try append(element, by: directive)
    }
}
