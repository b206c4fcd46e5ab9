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
}
