/// A text that is put together and cannot become too long.
struct LimitedText {
    private(set) var bytes: [UInt8] = []

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func append(_ text: String) throws(TemplateFault) {
        var text = text
        try reserve(text.utf8.count)
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ more: [UInt8]) throws(TemplateFault) {
        try reserve(more.count)
        bytes.append(contentsOf: more)
    }

    mutating func append(_ byte: UInt8) throws(TemplateFault) {
        try reserve(1)
        bytes.append(byte)
    }

    /// The same byte many times.
    mutating func append(_ byte: UInt8, times: Int) throws(TemplateFault) {
        try reserve(max(0, times))
        for _ in 0..<max(0, times) { bytes.append(byte) }
    }

    private func reserve(_ count: Int) throws(TemplateFault) {
        if count > TemplateLimits.output - bytes.count {
            throw TemplateFault("a text becomes longer than \(TemplateLimits.output) bytes")
        }
    }
}
