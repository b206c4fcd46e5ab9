/// A function that queries may call.
public struct Function: Sendable {
    /// What it is called.
    public let name: String
    /// The types of its arguments; the last one repeats where more are taken.
    public let argumentTypes: [ValueType]
    let fewestArguments: Int
    /// Nil where any number is taken.
    let mostArguments: Int?
    /// What it gives.
    public let returns: ValueType
    /// Whether Prometheus has it switched off unless asked; those are known by name only.
    let isExperimental: Bool

    private init(
        _ name: String, _ argumentTypes: [ValueType], _ returns: ValueType = .vector, optional: Int = 0,
        takesMore: Bool = false, isExperimental: Bool = false
    ) {
        self.name = name
        self.argumentTypes = argumentTypes
        fewestArguments = argumentTypes.count - optional
        mostArguments = takesMore ? nil : argumentTypes.count
        self.returns = returns
        self.isExperimental = isExperimental
    }

    /// How many arguments may be left out, or may follow, as Prometheus tells it: 0 for none, -1 for any number.
    public var variadic: Int { mostArguments.map { $0 - fewestArguments } ?? -1 }

    /// The type that an argument must have.
    func argumentType(_ index: Int) -> ValueType {
        argumentTypes.indices.contains(index) ? argumentTypes[index] : argumentTypes.last ?? .scalar
    }

    /// The function of a name.
    static func named(_ name: String) -> Function? { table[name] }

    private static let table = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    private static let all: [Function] =
        [
            "abs", "absent", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "deg", "exp",
            "floor", "histogram_avg", "histogram_count", "histogram_stddev", "histogram_stdvar", "histogram_sum", "ln",
            "log10", "log2", "rad", "sgn", "sin", "sinh", "sort", "sort_desc", "sqrt", "tan", "tanh", "timestamp",
        ].map { Function($0, [.vector]) }
        + [
            "absent_over_time", "avg_over_time", "changes", "count_over_time", "delta", "deriv", "first_over_time",
            "idelta", "increase", "irate", "last_over_time", "max_over_time", "min_over_time", "present_over_time",
            "rate", "resets", "stddev_over_time", "stdvar_over_time", "sum_over_time",
        ].map { Function($0, [.matrix]) }
        + [
            "day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year",
        ].map { Function($0, [.vector], optional: 1) }
        + [
            Function("clamp", [.vector, .scalar, .scalar]),
            Function("clamp_max", [.vector, .scalar]),
            Function("clamp_min", [.vector, .scalar]),
            Function("histogram_fraction", [.scalar, .scalar, .vector]),
            Function("histogram_quantile", [.scalar, .vector]),
            // Without a label to join there is nothing to join, and the destination goes.
            Function("label_join", [.vector, .string, .string, .string], optional: 1, takesMore: true),
            Function("label_replace", [.vector, .string, .string, .string, .string]),
            Function("pi", [], .scalar),
            Function("predict_linear", [.matrix, .scalar]),
            Function("quantile_over_time", [.scalar, .matrix]),
            Function("round", [.vector, .scalar], optional: 1),
            Function("scalar", [.vector], .scalar),
            Function("time", [], .scalar),
            Function("vector", [.scalar]),
        ] + experimental

    private static let experimental: [Function] =
        ["end", "max_of", "min_of", "range", "start", "step"].map { Function($0, [], .scalar, isExperimental: true) }
        + [
            "double_exponential_smoothing", "histogram_quantiles", "info", "mad_over_time", "sort_by_label",
            "sort_by_label_desc", "start_timestamp", "ts_of_first_over_time", "ts_of_last_over_time",
            "ts_of_max_over_time", "ts_of_min_over_time",
        ].map { Function($0, [], isExperimental: true) }
}
