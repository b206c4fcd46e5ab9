import Model
import Testing

@testable import Rules

@Suite struct SilencesSectionTests {
    private func read(_ text: String) -> (value: SilencesSection?, problems: [String]) {
        readSection(text) { $0.section("silences") ?? SilencesSection() }
    }

    @Test func readsSilences() throws {
        let section = read(
            """
            silences:
              - matchers: ['severity="page"', 'env=~"dev|test"']
                from: 2026-11-25T10:00:00Z
                to: 2026-11-25T12:00:00+01:00
                author: ann
                comment: moving house
              - {matchers: ["{a=b, c!=d}"], to: 2027-01-01T00:00:00Z}
            """)
        #expect(section.problems == [])
        let silences = try #require(section.value).silences
        #expect(silences.map(\.matchers.description) == [#"{severity="page", env=~"dev|test"}"#, #"{a="b", c!="d"}"#])
        #expect(silences.map(\.from) == [try time("2026-11-25T10:00:00Z"), 0])
        #expect(silences.map(\.to) == [try time("2026-11-25T11:00:00Z"), try time("2027-01-01T00:00:00Z")])
        #expect(silences.map(\.author) == ["ann", ""])
        #expect(silences.map(\.comment) == ["moving house", ""])
        #expect(silences.map(\.origin) == [.configuration, .configuration])
        // The same text is the same silence.
        #expect(Set(silences.map(\.id)).count == 2)
        #expect(
            read("silences: [{matchers: [c!=d, a=b], to: 2028-01-01T00:00:00Z}]").value?.silences[0].id
                == silences[1].id)
    }

    @Test(arguments: [
        ("{to: 2027-01-01T00:00:00Z}", "line 1, column 12: `matchers` is missing"),
        ("{matchers: [], to: 2027-01-01T00:00:00Z}", "line 1, column 23: `matchers` has no matcher"),
        (
            "{matchers: [a=b, 'c='], to: tomorrow}",
            "line 1, column 40: cannot read time \"tomorrow\": expected RFC 3339, as in 2026-12-24T18:00:00+01:00"
        ),
        ("{matchers: [a=b]}", "line 1, column 12: `to` is missing"),
        (
            "{matchers: [a=~'('], to: 2027-01-01T00:00:00Z}",
            "line 1, column 24: cannot compile regular expression \"(\": missing ): ("
        ),
        (
            "{matchers: [a=b, c], to: 2027-01-01T00:00:00Z}",
            "line 1, column 29: cannot read matchers \"c\": expected `=`, `!=`, `=~` or `!~`, found the end"
        ),
        ("{matchers: ['{}'], to: 2027-01-01T00:00:00Z}", "line 1, column 24: cannot read matchers: there is none"),
        (
            "{matchers: ['a=~\".*\"'], to: 2027-01-01T00:00:00Z}",
            "line 1, column 13: cannot make silence: each of its matchers accepts an empty label, so that everything fits"
        ),
        (
            "{matchers: [a=b], from: 2027-01-01T00:00:00Z, to: 2026-01-01T00:00:00Z}",
            "line 1, column 58: cannot make silence: it must end after it begins"
        ),
        ("{matchers: [a=b], until: 2027-01-01T00:00:00Z}", "line 1, column 12: `to` is missing"),
        ("{matchers: {a: b}, to: 2027-01-01T00:00:00Z}", "line 1, column 23: expected a list, found a map"),
    ]) func refuses(_ item: String, _ problem: String) {
        #expect(read("silences: [\(item)]").problems.contains(problem), "\(read("silences: [\(item)]").problems)")
    }

    @Test func refusesTheSameTwice() {
        let item = "{matchers: [a=b], from: 2026-01-01T00:00:00Z, to: 2027-01-01T00:00:00Z}"
        #expect(
            read("silences:\n- \(item)\n- \(item)").problems
                == ["line 3, column 3: a silence with these matchers from this time on stands twice"])
    }
}
