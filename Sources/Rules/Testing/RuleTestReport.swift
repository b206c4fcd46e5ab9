import Model

/// How the tests of a file ended.
public struct RuleTestReport: Sendable {
    /// How many tests were run.
    public var count = 0
    /// What did not come out as expected, in the order of the tests.
    public var failures: [RuleTestFailure] = []
    /// What the user should know.
    public var warnings: [UserError] = []
}

/// Something that did not come out as expected.
public struct RuleTestFailure: Sendable {
    /// Where it is expected, or where what is wrong stands.
    public var place: Place?
    /// Which test, in words; nil where the whole file is wrong.
    public var test: String?
    /// What is wrong, in one line.
    public var message: String
    /// What was expected and what came out, a line each.
    public var details: [String] = []
}

extension RuleTestFailure {
    /// A line with place, test and message, and the details below it.
    public var lines: [String] {
        let place = place.map { "\($0): " } ?? ""
        let test = test.map { "\($0): " } ?? ""
        return ["\(place)\(test)\(message)"] + details.map { "    \($0)" }
    }
}
