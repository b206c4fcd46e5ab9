import Glibc

extension BinaryOperator {
    /// The operation on two scalars; comparisons give 1 or 0.
    func onScalars(_ a: Double, _ b: Double) -> Double {
        isComparison ? (holds(a, b) ? 1 : 0) : arithmetic(a, b)
    }

    /// The result of an arithmetic operation.
    @inline(__always)
    func arithmetic(_ a: Double, _ b: Double) -> Double {
        switch self {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .modulo: fmod(a, b)
        case .power: pow(a, b)
        case .atan2: Glibc.atan2(a, b)
        default: .nan
        }
    }

    /// Whether a comparison holds.
    @inline(__always)
    func holds(_ a: Double, _ b: Double) -> Bool {
        switch self {
        case .equal: a == b
        case .notEqual: a != b
        case .greater: a > b
        case .less: a < b
        case .greaterOrEqual: a >= b
        case .lessOrEqual: a <= b
        default: false
        }
    }
}
