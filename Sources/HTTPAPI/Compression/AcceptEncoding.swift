/// Whether an `Accept-Encoding` field allows gzip: `gzip`, `x-gzip` or `*`, unless with a weight of zero.
func acceptsGzip(_ field: String) -> Bool {
    var anything = false
    for item in field.split(separator: ",") {
        let parts = item.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
        guard let coding = parts.first else { continue }
        let refused = parts.dropFirst().contains { part in
            part.hasPrefix("q=") && part.dropFirst(2).allSatisfy { $0 == "0" || $0 == "." }
        }
        switch coding {
        case "gzip", "x-gzip": return !refused
        case "*": anything = !refused
        default: break
        }
    }
    return anything
}

/// Whether content of a type shrinks when compressed; pictures and archives are compressed already.
func isCompressible(_ type: String) -> Bool {
    let name = type.prefix { $0 != ";" && $0 != " " }
    return name.hasPrefix("text/") || name.hasSuffix("json") || name.hasSuffix("xml")
        || name == "application/javascript" || name == "application/openmetrics-text"
}
