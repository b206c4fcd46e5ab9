import Model

/// Parameters of a query or a form in their order, repeated names and all (`match[]=a&match[]=b`).
public struct Parameters: Sendable {
    /// The pairs in order.
    public private(set) var pairs: [(name: String, value: String)] = []

    /// No parameters.
    public init() {}

    /// Reads `a=1&b=2`, percent-encoded, `+` for a space. Throws what is wrong with an escape.
    public init(encoded text: some Collection<UInt8>) throws(UserError) {
        for piece in text.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true) {
            let cut = piece.firstIndex(of: UInt8(ascii: "=")) ?? piece.endIndex
            let name = try percentDecoded(piece[..<cut], plusIsSpace: true)
            let value = cut == piece.endIndex ? "" : try percentDecoded(piece[cut...].dropFirst(), plusIsSpace: true)
            pairs.append((name, value))
        }
    }

    /// The first value of a parameter, or nil when it is not there.
    public subscript(name: String) -> String? {
        for pair in pairs where sameBytes(pair.name, name) { return pair.value }
        return nil
    }

    /// All values of a parameter in order.
    public func all(_ name: String) -> [String] {
        pairs.filter { sameBytes($0.name, name) }.map(\.value)
    }

    /// Adds the pairs of another set behind these.
    public mutating func append(_ other: Parameters) {
        pairs.append(contentsOf: other.pairs)
    }
}
