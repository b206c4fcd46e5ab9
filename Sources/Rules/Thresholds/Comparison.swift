import Model

/// What a value is held against, such as `> 100`.
public struct Comparison: Sendable, Hashable {
    /// How.
    public enum Operator: String, Sendable, CaseIterable {
        /// The value is above the limit.
        case greater = ">"
        /// The value is below the limit.
        case less = "<"
        /// The value is the limit, or above.
        case greaterOrEqual = ">="
        /// The value is the limit, or below.
        case lessOrEqual = "<="
        /// The value is the limit.
        case equal = "=="
        /// The value is anything else.
        case notEqual = "!="

        /// The operator of this name, as the older program has it: `greater_than`, `less_than`.
        public init?(name: String) {
            switch name {
            case "greater_than": self = .greater
            case "less_than": self = .less
            default: return nil
            }
        }
    }

    /// How the two are compared.
    public var operation: Operator
    /// What the value is compared with.
    public var limit: Double

    /// A comparison with a limit.
    public init(_ operation: Operator, _ limit: Double) {
        self.operation = operation
        self.limit = limit
    }

    /// Reads an operator and a number, with or without space between them. Throws what is wrong with the text.
    public init(_ text: String) throws(UserError) {
        let bytes = Array(text.utf8)
        let wrong = UserError(
            "cannot read threshold \(quoted(text)): expected an operator and a number, as in \"> 100\"")
        guard let start = bytes.firstIndex(where: { !isBlank($0) }) else { throw wrong }
        let sign = bytes[start...].prefix { "<>=!".utf8.contains($0) }
        guard let operation = Operator(rawValue: String(decoding: sign, as: UTF8.self)) else { throw wrong }
        let rest = bytes[sign.endIndex...].drop(while: isBlank)
        guard let last = rest.lastIndex(where: { !isBlank($0) }) else { throw wrong }
        let number = Array(rest[...last])
        guard let limit = number.withUnsafeBytes({ readNumber($0)?.double }), !limit.isNaN else { throw wrong }
        self.init(operation, limit)
    }

    /// Whether a value is on the far side.
    public func isCrossed(by value: Double) -> Bool {
        switch operation {
        case .greater: value > limit
        case .less: value < limit
        case .greaterOrEqual: value >= limit
        case .lessOrEqual: value <= limit
        case .equal: value == limit
        case .notEqual: value != limit
        }
    }
}

extension Comparison {
    /// Whether a value can be on the far side of both.
    func goesWith(_ other: Comparison) -> Bool { witnesses(with: other).contains(where: other.isCrossed) }

    /// Whether every value on the far side of this one is on the far side of the other as well.
    func implies(_ other: Comparison) -> Bool { witnesses(with: other).allSatisfy(other.isCrossed) }

    /// Values on the far side, one for each way in which they can lie to the other limit.
    private func witnesses(with other: Comparison) -> [Double] {
        let limits = [limit, other.limit]
        let all =
            limits + limits.map(\.nextUp) + limits.map(\.nextDown) + [
                limit / 2 + other.limit / 2, .infinity, -.infinity,
            ]
        return all.filter(isCrossed)
    }
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

extension Comparison: CustomStringConvertible {
    /// `> 100`
    public var description: String { "\(operation.rawValue) \(formatAPIValue(limit))" }
}
