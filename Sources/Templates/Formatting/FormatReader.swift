/// Follows a format of `printf`, with its arguments.
struct FormatReader {
    private let format: [Unicode.Scalar]
    private let arguments: [TemplateValue]
    private var at = 0
    /// The argument that is next.
    private var next = 0
    /// Whether an argument was named by its number: then nobody is told about arguments that were left over.
    private var isReordered = false
    /// Whether the number of an argument is none.
    private var isIndexGood = true

    /// Widths and precisions beyond are not taken for such, as in Go.
    private static let largest = 1_000_000

    init(_ format: String, _ arguments: [TemplateValue]) {
        self.format = Array(format.unicodeScalars)
        self.arguments = arguments
    }

    /// Appends what the format says.
    mutating func write(to out: inout LimitedText) throws(TemplateFault) {
        while at < format.count {
            let start = at
            while at < format.count, format[at] != "%" { at += 1 }
            if at > start { try out.append(String(String.UnicodeScalarView(format[start..<at]))) }
            if at == format.count { break }
            at += 1
            try directive(to: &out)
        }
        if !isReordered, next < arguments.count { try leftOver(to: &out) }
    }

    private mutating func directive(to out: inout LimitedText) throws(TemplateFault) {
        var directive = flags()
        isIndexGood = true
        var hasIndex = index()
        if take("*") {
            hasIndex = false
            if let width = integerArgument() {
                directive.width = abs(width)
                if width < 0 { (directive.minus, directive.zero) = (true, false) }
            } else {
                try out.append("%!(BADWIDTH)")
            }
        } else {
            directive.width = number()
            if hasIndex, directive.width != nil { isIndexGood = false }
        }
        if take(".") {
            if hasIndex { isIndexGood = false }
            hasIndex = index()
            if take("*") {
                hasIndex = false
                let precision = integerArgument()
                directive.precision = precision.flatMap { $0 < 0 ? nil : $0 }
                if directive.precision == nil { try out.append("%!(BADPREC)") }
            } else {
                directive.precision = number() ?? 0
            }
        }
        if !hasIndex { _ = index() }
        guard at < format.count else { return try out.append("%!(NOVERB)") }
        let verb = format[at]
        at += 1
        if verb == "%" { return try out.append("%") }
        guard isIndexGood else { return try out.append("%!\(Character(verb))(BADINDEX)") }
        guard next < arguments.count else { return try out.append("%!\(Character(verb))(MISSING)") }
        directive.take(verb: verb)
        next += 1
        try out.append(arguments[next - 1], by: directive)
    }

    private mutating func flags() -> FormatDirective {
        var directive = FormatDirective()
        while at < format.count {
            switch format[at] {
            case "+": directive.plus = true
            case "-": directive.minus = true
            case "#": directive.sharp = true
            case " ": directive.space = true
            case "0": directive.zero = true
            default:
                if directive.minus { directive.zero = false }
                return directive
            }
            at += 1
        }
        return directive
    }

    /// `[3]`: the number of an argument.
    private mutating func index() -> Bool {
        guard at < format.count, format[at] == "[" else { return false }
        isReordered = true
        guard let close = format[at...].firstIndex(of: "]") else {
            isIndexGood = false
            at += 1
            return false
        }
        let digits = String(String.UnicodeScalarView(format[at + 1..<close]))
        at = close + 1
        guard let number = Int(digits), (1...max(1, arguments.count)).contains(number), !arguments.isEmpty else {
            isIndexGood = false
            return false
        }
        next = number - 1
        return true
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard at < format.count, format[at] == scalar else { return false }
        at += 1
        return true
    }

    /// A width or precision that is written out.
    private mutating func number() -> Int? {
        var value: Int?
        while at < format.count, let digit = digit(format[at]) {
            if let found = value, found > Self.largest {
                // Go gives up on such a format: no verb is found in it.
                at = format.count
                return nil
            }
            value = (value ?? 0) * 10 + digit
            at += 1
        }
        return value
    }

    private func digit(_ scalar: Unicode.Scalar) -> Int? {
        (0x30...0x39).contains(scalar.value) ? Int(scalar.value) - 0x30 : nil
    }

    /// A width or precision that is given as an argument.
    private mutating func integerArgument() -> Int? {
        guard next < arguments.count else { return nil }
        next += 1
        guard case .integer(let number) = arguments[next - 1], number.magnitude <= UInt64(Self.largest) else {
            return nil
        }
        return Int(number)
    }

    private mutating func leftOver(to out: inout LimitedText) throws(TemplateFault) {
        try out.append("%!(EXTRA ")
        for (index, argument) in arguments[next...].enumerated() {
            if index > 0 { try out.append(", ") }
            if case .nothing = argument {
                try out.append("<nil>")
            } else {
                try out.append("\(argument.typeInGo)=")
                try out.append(shown: argument)
            }
        }
        try out.append(")")
    }
}
