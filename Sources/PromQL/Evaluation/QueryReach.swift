import Model

/// How far a query looks from the time for which it is evaluated, and whether more than that time decides about its answer.
public struct QueryReach: Sendable, Hashable {
    /// How far back, in milliseconds; samples that are older do not matter.
    public private(set) var back: Int64 = 0
    /// The earliest moment that it looks at wherever it is itself, because of `@`; nil when there is none.
    public private(set) var fixed: Int64?
    /// Whether it may look at what is later than the time for which it is evaluated.
    public private(set) var looksAhead = false
    /// Whether it speaks of the start, the end or the step of the query: for many times at once it may mean something else than
    /// for each of them.
    public private(set) var speaksOfItself = false

    /// The reach of a query.
    public init(_ query: ParsedQuery, options: QueryEngine.Options = .init()) {
        visit(query.expression, Window(), options)
    }

    /// The times for which a part of the query is evaluated: so far back from those of the whole, or fixed ones.
    private struct Window {
        var far: Int64 = 0
        var near: Int64 = 0
        /// Whether the numbers are counted from 1970 backwards.
        var isFixed = false
    }

    private mutating func visit(_ expression: Expression, _ window: Window, _ options: QueryEngine.Options) {
        switch expression {
        case .number, .string: break
        case .selector(let node):
            var window = moved(window, node.modifier)
            window.far = sum(window.far, options.lookBack)
            look(window)
        case .rangeSelector(let node):
            var window = moved(window, node.selector.modifier)
            window.far = sum(window.far, milliseconds(node.length))
            look(window)
        case .subquery(let node):
            var window = moved(window, node.modifier)
            window.far = sum(window.far, milliseconds(node.length))
            if let step = node.step { _ = milliseconds(step) }
            visit(node.inner, window, options)
        case .call(let node): for argument in node.arguments { visit(argument, window, options) }
        case .aggregation(let node):
            if let parameter = node.parameter { visit(parameter, window, options) }
            visit(node.inner, window, options)
        case .binary(let node):
            visit(node.left, window, options)
            visit(node.right, window, options)
        case .sign(let node): visit(node.inner, window, options)
        case .parenthesis(let node): visit(node.inner, window, options)
        }
    }

    private mutating func look(_ window: Window) {
        if window.isFixed {
            fixed = min(fixed ?? .max, sum(0, window.far, negating: true))
            looksAhead = true
        } else {
            back = max(back, window.far)
            if window.near < 0 { looksAhead = true }
        }
    }

    private mutating func moved(_ window: Window, _ modifier: TimeModifier) -> Window {
        var window = window
        switch modifier.moment {
        case .at(let time):
            let back = sum(0, time, negating: true)
            window = Window(far: back, near: back, isFixed: true)
        case .start, .end:
            speaksOfItself = true
            window = Window()
        case nil: break
        }
        guard let offset = modifier.offset else { return window }
        let length = milliseconds(offset)
        window.far = sum(window.far, length)
        window.near = sum(window.near, length)
        return window
    }

    /// What a duration is in a query for one time. One that cannot be reckoned out fails there too.
    private mutating func milliseconds(_ duration: DurationExpression) -> Int64 {
        if duration.speaksOfQuery { speaksOfItself = true }
        do {
            return try duration.milliseconds(step: 0, range: 0, mayBeNegative: true)
        } catch {
            return 0
        }
    }

    /// A sum or difference, as far as numbers go.
    private func sum(_ a: Int64, _ b: Int64, negating: Bool = false) -> Int64 {
        let (sum, overflow) = negating ? a.subtractingReportingOverflow(b) : a.addingReportingOverflow(b)
        return overflow ? ((b < 0) == negating ? .max : .min) : sum
    }
}

extension DurationExpression {
    /// Whether it is reckoned from the step or the range of the query.
    fileprivate var speaksOfQuery: Bool {
        switch self {
        case .literal: false
        case .step, .range: true
        case .least(let a, let b, _), .most(let a, let b, _), .operation(_, let a, let b):
            a.speaksOfQuery || b.speaksOfQuery
        case .negative(let inner, _), .parenthesis(let inner, _): inner.speaksOfQuery
        }
    }
}
