import Model
import Templates
import Testing

@Suite("A template without actions")
struct PlainTests {
    @Test(arguments: ["", "plain", "{ brace", "}} {", "{ {", "a\n%d $x"])
    func staysAsItIsAndAsksForNothing(text: String) throws {
        let template = try Template(text)
        #expect(template.isPlain)
        var asked = 0
        func data() -> TemplateValue {
            asked += 1
            return .nothing
        }
        #expect(try template.expand(data(), environment: Surroundings.environment) == text)
        #expect(asked == 0)
    }

    @Test func oneActionMakesTheDifference() throws {
        #expect(try !Template("a{{/* nothing */}}").isPlain)
        #expect(throws: UserError.self) { try Template("{{{") }
    }

    @Test func isExpandedAgainAndAgain() throws {
        let template = try Template("{{ $x := .n }}{{ range $x }}{{ $x = . }}{{ end }}{{ $x }}")
        for count in 1...3 {
            let data = TemplateValue.map(["n": .integer(Int64(count))])
            #expect(try template.expand(data, environment: Surroundings.environment) == "\(count - 1)")
        }
    }
}
