extension HTTPRequest {
    /// Makes it a POST of a form.
    public mutating func post(form: [(name: String, value: String)]) {
        method = "POST"
        headers.append(HTTPHeader("Content-Type", "application/x-www-form-urlencoded"))
        let text = form.map { "\(percentEncoded($0.name))=\(percentEncoded($0.value))" }.joined(separator: "&")
        body = Array(text.utf8)
    }
}

/// A text as a value in a form, or as a part of a URL.
public func percentEncoded(_ text: String) -> String {
    var out: [UInt8] = []
    let digits = Array("0123456789ABCDEF".utf8)
    for byte in text.utf8 {
        let isPlain =
            byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26
            || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~")].contains(byte)
        if isPlain {
            out.append(byte)
        } else {
            out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
    return String(decoding: out, as: UTF8.self)
}
