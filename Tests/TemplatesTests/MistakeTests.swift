import Model
import Templates
import Testing

@Suite("Mistakes in templates")
struct MistakeTests {
    /// Each is refused by Prometheus too, when it reads the rule or when it fires.
    @Test(
        arguments: [
            // Braces, blocks
            ("{{ 5", "line 1, column 1: cannot read template: the action is not closed with }}"),
            ("a\nbc{{/* x", "line 2, column 3: cannot read template: the comment is not closed with */"),
            ("{{/* x */ y}}", "line 1, column 10: cannot read template: }} must follow the end of a comment"),
            ("{{ if true }}", "line 1, column 1: cannot read template: the {{if}} has no {{end}}"),
            ("{{ end }}", "line 1, column 1: cannot read template: {{end}} belongs to no block"),
            ("{{ else }}", "line 1, column 1: cannot read template: {{else}} belongs to no block"),
            ("{{if 1}}{{else}}{{else}}{{end}}", "line 1, column 17: cannot read template: a second {{else}}"),
            ("{{if 1}}{{else}}", "line 1, column 1: cannot read template: the {{if}} has no {{end}}"),
            ("{{if 1}}{{else with 5}}{{end}}", "line 1, column 16: cannot read template: unexpected with in {{else}}"),
            ("é{{ break }}", "line 1, column 2: cannot read template: {{break}} stands in no {{range}}"),
            (
                "{{range .Labels}}{{define \"x\"}}{{continue}}{{end}}{{end}}",
                "line 1, column 18: cannot read template: {{define}} must not stand in a block"
            ),
            (
                "{{define \"x\"}}{{continue}}{{end}}",
                "line 1, column 15: cannot read template: {{continue}} stands in no {{range}}"
            ),
            ("{{define \"x\"}}a", "line 1, column 1: cannot read template: the {{define}} has no {{end}}"),
            (
                "{{define \"x\"}}a{{else}}{{end}}",
                "line 1, column 16: cannot read template: {{else}} belongs to no block"
            ),
            (
                "{{define x}}{{end}}",
                "line 1, column 10: cannot read template: a name in quotes must follow in {{define}}"
            ),
            (
                "{{define \"x\"}}a{{end}}{{define \"x\"}}b{{end}}",
                "line 1, column 23: cannot read template: a second template \"x\""
            ),
            ("{{template \"x\"}}", "line 1, column 1: cannot read template: there is no template \"x\""),
            // Pipelines
            ("{{ }}", "line 1, column 4: cannot read template: a value is missing in action"),
            ("{{ if }}{{ end }}", "line 1, column 7: cannot read template: a value is missing in {{if}}"),
            ("{{ () }}", "line 1, column 5: cannot read template: a value is missing in parentheses"),
            ("{{ (5 }}", "line 1, column 7: cannot read template: unexpected }} in parentheses"),
            ("{{ 5) }}", "line 1, column 5: cannot read template: unexpected ) in action"),
            ("{{ print 1,2 }}", "line 1, column 11: cannot read template: unexpected , in action"),
            ("{{ print \"a\"\"b\" }}", "line 1, column 13: cannot read template: unexpected \"b\" in action"),
            ("{{ 5 | 6 }}", "line 1, column 8: cannot read template: a plain value cannot be given another one by |"),
            (
                "{{ $value 5 }}",
                "line 1, column 4: cannot expand template: what is no function cannot be given arguments"
            ),
            (
                "{{ 5 | $value }}",
                "line 1, column 8: cannot expand template: what is no function cannot be given arguments"
            ),
            ("{{ nil }}", "line 1, column 4: cannot expand template: nil cannot stand by itself"),
            ("{{ \"a\".x }}", "line 1, column 7: cannot read template: unexpected .x behind a plain value"),
            // Words and literals
            ("{{ foo }}", "line 1, column 4: cannot read template: there is no function foo"),
            ("{{ foo-bar }}", "line 1, column 7: cannot read template: unexpected character \"-\" behind foo"),
            ("{{ ^ }}", "line 1, column 4: cannot read template: unexpected character \"^\""),
            ("{{ $x:5 }}", "line 1, column 6: cannot read template: = must follow :"),
            ("{{ 5foo }}", "line 1, column 4: cannot read template: 5foo cannot be read as a number"),
            (
                "{{ 9223372036854775808 }}",
                "line 1, column 4: cannot read template: 9223372036854775808 cannot be read as a number"
            ),
            ("{{ 08 }}{{ 1__0 }}", "line 1, column 4: cannot read template: 08 cannot be read as a number"),
            ("{{ \"abc }}", "line 1, column 4: cannot read template: the quote is not closed"),
            ("{{ \"a\n\" }}", "line 1, column 4: cannot read template: the quote is not closed"),
            ("{{ `abc", "line 1, column 4: cannot read template: the quote is not closed"),
            ("{{ 'ab' }}", "line 1, column 4: cannot read template: one character must stand between single quotes"),
            ("{{ '' }}", "line 1, column 4: cannot read template: one character must stand between single quotes"),
            (#"{{ "\q" }}"#, #"line 1, column 4: cannot read template: unknown escape sequence \q"#),
            (#"{{ "\x4" }}"#, "line 1, column 4: cannot read template: 2 digits must follow in the escape sequence"),
            (#"{{ "\ud800" }}"#, "line 1, column 4: cannot read template: the escape sequence stands for no character"),
            (#"{{ "\777" }}"#, "line 1, column 4: cannot read template: the escape sequence stands for no byte"),
            (#"{{ "\"#, "line 1, column 4: cannot read template: the quote is not closed"),
            // Variables
            ("{{ $nope }}", "line 1, column 4: cannot read template: there is no variable $nope here"),
            ("{{ $y = 1 }}", "line 1, column 4: cannot read template: there is no variable $y here"),
            ("{{$x := $x}}", "line 1, column 9: cannot read template: there is no variable $x here"),
            (
                "{{if 1}}{{$x := 1}}{{end}}{{$x}}",
                "line 1, column 29: cannot read template: there is no variable $x here"
            ),
            (
                "{{define \"x\"}}{{$labels}}{{end}}",
                "line 1, column 17: cannot read template: there is no variable $labels here"
            ),
            ("{{range $i, 5}}{{end}}", "line 1, column 13: cannot read template: a variable must follow $i,"),
            (
                "{{range $i, $e, $f := .Labels}}{{end}}",
                "line 1, column 15: cannot read template: := or = must follow the second variable"
            ),
            ("{{ and false ($x := 1) }}{{ or 1 ($y := 2) }}", nil),
            // Functions
            ("{{ toUpper }}", "line 1, column 4: cannot read template: toUpper takes 1 argument, not 0"),
            ("{{ 5 | toUpper 5 }}", "line 1, column 8: cannot read template: toUpper takes 1 argument, not 2"),
            ("{{ print toUpper }}", "line 1, column 10: cannot read template: toUpper takes 1 argument, not 0"),
            ("{{ slice 1 2 3 4 5 }}", "line 1, column 4: cannot read template: slice takes 1 to 4 arguments, not 5"),
            ("{{ eq 1 }}", "line 1, column 4: cannot read template: eq takes at least 2 arguments, not 1"),
            (
                "{{ toUpper 5 }}",
                "line 1, column 4: cannot expand template: toUpper: a text is wanted, not a whole number"
            ),
            (
                "{{ eq 1 1.0 }}",
                "line 1, column 4: cannot expand template: eq: a number cannot be compared with a whole number: write 5.0 for 5"
            ),
            (
                "{{ eq .Labels .Labels }}",
                "line 1, column 4: cannot expand template: eq: labels and labels cannot be compared"
            ),
            (
                "{{ lt true false }}",
                "line 1, column 4: cannot expand template: lt: true or false and true or false cannot be compared"
            ),
            ("{{ len 5 }}", "line 1, column 4: cannot expand template: len: a whole number has no length"),
            ("{{ index \"abc\" 9 }}", "line 1, column 4: cannot expand template: index: there is no place 9"),
            (
                "{{ index (slice (query \"m\") 3) 0 }}",
                "line 1, column 4: cannot expand template: index: the list is empty"
            ),
            (
                "{{ slice \"abc\" 2 1 }}",
                "line 1, column 4: cannot expand template: slice: the slice ends before it begins"
            ),
            (
                "a\n  {{ query \"nope\" |\n first }}",
                "line 3, column 2: cannot expand template: first: the result has no elements"
            ),
            ("{{ query \"bad(\" }}", "line 1, column 4: cannot expand template: query: unknown expression \"bad(\""),
            (
                "{{ match \"(\" .x }}",
                "line 1, column 10: cannot read template: cannot compile regular expression \"(\": missing ): ("
            ),
            (
                "{{ match (print \"(\") \"x\" }}",
                "line 1, column 4: cannot expand template: match: cannot compile regular expression \"(\": missing ): ("
            ),
            ("{{ humanize \"one\" }}", "line 1, column 4: cannot expand template: humanize: \"one\" is no number"),
            (
                "{{ 1e30 | humanizeTimestamp }}",
                "line 1, column 11: cannot expand template: humanizeTimestamp: 1e+30 is too far away for a time"
            ),
            ("{{ \"NaN\" | toTime }}", "line 1, column 12: cannot expand template: toTime: NaN is no time"),
            ("{{ (toTime 5).Unix 5 }}", "line 1, column 14: cannot expand template: Unix takes no arguments"),
            // Fields
            (
                "{{ .Lables.job }}",
                "line 1, column 4: cannot expand template: there is no .Lables here, but .ExternalLabels, .ExternalURL, .Labels, .Value"
            ),
            ("{{ .Labels.job.x }}", "line 1, column 15: cannot expand template: a text has no .x"),
            ("{{ (query \"m\").banana }}", "line 1, column 15: cannot expand template: a list has no .banana"),
            (
                "{{ .Labels.job 5 }}",
                "line 1, column 11: cannot expand template: job is no function here and cannot be given arguments"
            ),
            ("{{ range 5.5 }}{{ end }}", "line 1, column 10: cannot expand template: there is no loop over a number"),
            (
                "{{ range $i, $e := 5 }}{{ end }}",
                "line 1, column 10: cannot expand template: a loop over a number has one variable"
            ),
            (
                "{{define \"x\"}}\n{{ len 5 }}{{end}}{{template \"x\"}}",
                "line 2, column 4: cannot expand template: len: a whole number has no length"
            ),
            (
                "{{define \"x\"}}{{ len 5 }}{{end}}{{tmpl \"x\" 1}}",
                "line 1, column 18: cannot expand template: len: a whole number has no length"
            ),
        ] as [(String, String?)])
    func areToldWithTheirPlace(template: String, want: String?) { #expect(mistake(template) == want) }

    @Test func nameTheTemplate() {
        let error = #expect(throws: UserError.self) { try Template("a {{", name: "summary") }
        #expect(
            error
                == UserError(
                    "cannot read template \"summary\": the action is not closed with }}", at: Place(line: 1, column: 3))
        )
    }

    @Test func aVariableThatWasPassedOverIsNotSet() {
        #expect(
            mistake("{{ and false ($x := 1) }}{{ $x }}")
                == "line 1, column 29: cannot expand template: the variable $x has not been set")
    }

    @Test func withoutAnEnvironmentNothingIsAsked() throws {
        let bare = TemplateEnvironment(now: 0)
        for (text, want) in [
            ("{{ query \"up\" }}", "query: there is nothing to query here"),
            ("{{ tz \"Europe/Berlin\" 0 }}", "tz: the zone \"Europe/Berlin\" is not known here"),
        ] {
            let template = try Template(text)
            let error = #expect(throws: UserError.self) { try template.expand(.nothing, environment: bare) }
            #expect(error?.message == "cannot expand template: \(want)")
        }
    }
}
