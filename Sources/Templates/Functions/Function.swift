/// A function that templates can call.
struct Function: Sendable {
    /// Does the work. Sizes of texts it is given are accounted for already.
    typealias Body =
        @Sendable (inout Expansion, _ arguments: [TemplateValue]) throws(TemplateFault) -> TemplateValue

    /// How arguments are evaluated.
    enum Kind: Sendable {
        case ordinary(Body)
        /// `and` and `or`, which evaluate no argument behind the one that decides: the first that is false, or that is true.
        case deciding(by: Bool)
    }

    let name: String
    let count: ClosedRange<Int>
    let kind: Kind
    /// Whether its first argument is a regular expression.
    let takesPattern: Bool

    /// A function of so many arguments.
    init(_ name: String, _ count: ClosedRange<Int>, takesPattern: Bool = false, _ body: @escaping Body) {
        self.name = name
        self.count = count
        self.takesPattern = takesPattern
        kind = .ordinary(body)
    }

    /// A function of just so many arguments.
    init(_ name: String, _ count: Int, takesPattern: Bool = false, _ body: @escaping Body) {
        self.init(name, count...count, takesPattern: takesPattern, body)
    }

    init(_ name: String, decidedBy truth: Bool) {
        self.name = name
        count = 1...Function.any
        takesPattern = false
        kind = .deciding(by: truth)
    }

    /// As many arguments as there are.
    static let any = Int.max

    /// The function of a name.
    static func named(_ name: String) -> Function? { all[name] }

    private static let all: [String: Function] = {
        let groups = [
            logic, texts, patterns, values, numbers, times, queries, addresses, escapes, links,
        ]
        return Dictionary(groups.flatMap { $0 }.map { ($0.name, $0) }) { first, _ in first }
    }()

    /// Throws when it cannot be called with so many arguments.
    func checkCount(_ given: Int, at place: Int) throws(TemplateFault) {
        if count.contains(given) { return }
        let wanted =
            count.lowerBound == count.upperBound
            ? "\(count.lowerBound)"
            : count.upperBound == Function.any
                ? "at least \(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
        throw TemplateFault("\(name) takes \(wanted) argument\(count == 1...1 ? "" : "s"), not \(given)", at: place)
    }
}
