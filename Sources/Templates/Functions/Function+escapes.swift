import Model

extension Function {
    /// What makes texts fit for where they are put.
    static let escapes = [
        Function("html", 1...any) { (_, given) throws(TemplateFault) in .text(try escapedAsHTML(try shown(given))) },
        Function("js", 1...any) { (_, given) throws(TemplateFault) in .text(try escapedAsJavaScript(try shown(given)))
        },
        Function("urlquery", 1...any) { (_, given) throws(TemplateFault) in .text(try escapedAsQuery(try shown(given)))
        },
        Function("urlQueryEscape", 1) { (_, given) throws(TemplateFault) in
            .text(try escapedAsQuery(try text(given[0])))
        },
        // These mark texts that pages need not escape; nothing escapes by itself here.
        Function("safeHtml", 1) { (_, given) throws(TemplateFault) in .text(try text(given[0])) },
        Function("safeUrl", 1) { (_, given) throws(TemplateFault) in .text(try text(given[0])) },
        Function("toJson", 1) { (_, given) throws(TemplateFault) in .text(try json(given[0])) },
        Function("jsonString", 1) { (_, given) throws(TemplateFault) in .text(try json(.text(try shown(given)))) },
    ]
}

/// What the text of some arguments is: nothing is shown as it is outside of functions.
private func shown(_ given: [TemplateValue]) throws(TemplateFault) -> String {
    try printed(given.map { if case .nothing = $0 { .text("<no value>") } else { $0 } })
}

private func escapedAsHTML(_ text: String) throws(TemplateFault) -> String {
    var out = LimitedText()
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""): try out.append("&#34;")
        case UInt8(ascii: "'"): try out.append("&#39;")
        case UInt8(ascii: "&"): try out.append("&amp;")
        case UInt8(ascii: "<"): try out.append("&lt;")
        case UInt8(ascii: ">"): try out.append("&gt;")
        case 0: try out.append("\u{fffd}")
        default: try out.append(byte)
        }
    }
    return out.text
}

private func escapedAsJavaScript(_ text: String) throws(TemplateFault) -> String {
    var out = LimitedText()
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\\": try out.append("\\\\")
        case "'": try out.append("\\'")
        case "\"": try out.append("\\\"")
        case "<", ">", "&", "=": try out.append("\\u" + hexadecimal(scalar.value))
        case _ where scalar.value < 0x20: try out.append("\\u" + hexadecimal(scalar.value))
        case _ where scalar.isASCII || isPrintable(scalar): try out.append(String(Character(scalar)))
        default: try out.append("\\u" + hexadecimal(scalar.value))
        }
    }
    return out.text
}

/// Whether Go prints a character: what `quotedAsGo` leaves as it is.
private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    !quotedAsGo(String(Character(scalar))).hasPrefix("\"\\")
}

private func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
}

/// A text as it can stand in the query of a URL: a blank becomes a plus.
func escapedAsQuery(_ text: String) throws(TemplateFault) -> String {
    var out = LimitedText()
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "~"):
            try out.append(byte)
        case UInt8(ascii: " "): try out.append(UInt8(ascii: "+"))
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            try out.append(byte < 16 ? "%0\(digits)" : "%\(digits)")
        }
    }
    return out.text
}
