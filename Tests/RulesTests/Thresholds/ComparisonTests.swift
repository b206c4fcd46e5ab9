import Model
import Testing

@testable import Rules

@Suite("A threshold's comparison")
struct ComparisonTests {
    @Test(
        "is read with and without blanks",
        arguments: [
            (">100", "> 100"), ("< 50", "< 50"), (" >=  0.5 ", ">= 0.5"), ("<=-3", "<= -3"), ("== 1e3", "== 1000"),
            ("!=0", "!= 0"), ("> +Inf", "> +Inf"), (">\t7", "> 7"),
        ])
    func reading(text: String, shown: String) throws {
        #expect(try Comparison(text).description == shown)
    }

    @Test(
        "is refused when it is none",
        arguments: ["", " ", ">", "100", "=> 3", "=3", ">> 3", "> three", "> 3 4", "> NaN", "> 3;", "!3", "≥ 3"])
    func refusing(text: String) {
        let error = #expect(throws: UserError.self) { try Comparison(text) }
        #expect(error?.message.contains("expected an operator and a number") == true)
    }

    @Test("compares as it says")
    func comparing() throws {
        let values: [Double] = [-1, 1, 2, .infinity, .nan]
        func crossed(_ text: String) throws -> [Bool] { try values.map(Comparison(text).isCrossed(by:)) }
        #expect(try crossed("> 1") == [false, false, true, true, false])
        #expect(try crossed("< 1") == [true, false, false, false, false])
        #expect(try crossed(">= 1") == [false, true, true, true, false])
        #expect(try crossed("<= 1") == [true, true, false, false, false])
        #expect(try crossed("== 1") == [false, true, false, false, false])
        #expect(try crossed("!= 1") == [true, false, true, true, true])
    }

    @Test("knows what another one leaves to it")
    func beside() throws {
        // Whether one value can cross both, and whether each that crosses the first crosses the second.
        let pairs: [(String, String, Bool, Bool)] = [
            ("> 10", "> 20", true, false), ("> 10", "> 10", true, true), ("> 10", "> 1", true, true),
            ("> 10", "< 1", false, false), ("> 10", "< 10", false, false), (">= 10", "<= 10", true, false),
            ("> 1", "< 2", true, false), ("< 5", "< 1", true, false), ("< 5", "< 9", true, true),
            ("== 3", "== 3", true, true), ("== 3", "== 4", false, false), ("!= 3", "== 3", false, false),
            ("!= 3", "!= 4", true, false), ("> 3", "!= 3", true, true), (">= 3", "!= 3", true, false),
            ("== 3", "> 2", true, true), ("> 1e308", "> -1e308", true, true),
        ]
        for (first, second, goes, implies) in pairs {
            let (one, other) = (try Comparison(first), try Comparison(second))
            #expect(one.goesWith(other) == goes, "\(first), \(second)")
            #expect(one.implies(other) == implies, "\(first), \(second)")
        }
    }
}
