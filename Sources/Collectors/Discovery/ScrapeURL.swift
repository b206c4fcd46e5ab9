import Model

/// The URL that relabelled labels and the job's parameters make; escaped and ordered as Go's `net/url` does it.
func scrapeURL(_ labels: Labels, params: [Parameter]) -> String {
    var query: [(name: String, values: [String])] = params.map { ($0.name, $0.values) }
    for pair in labels.pairs where pair.name.hasPrefix("__param_") {
        let name = String(pair.name.dropFirst("__param_".count))
        // The label stands for the first value; the others stay.
        if let at = query.firstIndex(where: { sameBytes($0.name, name) }) {
            query[at].values[0] = pair.value
        } else {
            query.append((name, [pair.value]))
        }
    }
    query.sort { bytesPrecede($0.name, $1.name) }
    let path = labels["__metrics_path__"] ?? ""
    var url = "\(labels["__scheme__"] ?? "")://\(labels["__address__"] ?? "")"
    if !path.isEmpty, !path.hasPrefix("/") { url += "/" }
    url += escaped(path, keeping: "-_.~$&+,/:;=@")
    let pairs = query.flatMap { parameter in parameter.values.map { (parameter.name, $0) } }
    if !pairs.isEmpty {
        url += "?" + pairs.map { "\(queryEscaped($0.0))=\(queryEscaped($0.1))" }.joined(separator: "&")
    }
    return url
}

private func queryEscaped(_ text: String) -> String {
    escaped(text, keeping: "-_.~", spaceAsPlus: true)
}

private func escaped(_ text: String, keeping kept: String, spaceAsPlus: Bool = false) -> String {
    let hexadecimal = Array("0123456789ABCDEF".utf8)
    var out: [UInt8] = []
    for byte in text.utf8 {
        let isLetter = (byte & 0xdf) &- UInt8(ascii: "A") < 26
        if isLetter || byte &- UInt8(ascii: "0") < 10 || kept.utf8.contains(byte) {
            out.append(byte)
        } else if spaceAsPlus, byte == UInt8(ascii: " ") {
            out.append(UInt8(ascii: "+"))
        } else {
            out.append(contentsOf: [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]])
        }
    }
    return String(decoding: out, as: UTF8.self)
}
