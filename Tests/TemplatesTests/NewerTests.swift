import Model
import Templates
import Testing

/// What Prometheus 3 and newer Go have and promtool 2.42 has not, from their documentation; and what is ours.
@Suite("Newer functions")
struct NewerTests {
    @Test(
        arguments: [
            ("{{ range 3 }}{{ . }}{{ end }}", "012"), ("{{ range $i := 3 }}{{ $i }}{{ end }}", "012"),
            ("{{ range 0 }}x{{ else }}none{{ end }}", "none"), ("{{ range -5 }}x{{ else }}none{{ end }}", "none"),
            ("{{ with \"\" }}a{{ else with 5 }}{{ . }}{{ else }}c{{ end }}", "5"),
            ("{{ with $x := \"\" }}{{ else with $y := 5 }}{{ $x }}{{ $y }}{{ end }}", "5"),
            (
                "{{ range 5 }}{{ if eq . 1 }}{{ continue }}{{ end }}{{ if eq . 3 }}{{ break }}{{ end }}{{ . }}{{ end }}!",
                "02!"
            ),
            ("{{ range 2 }}{{ range 5 }}{{ if . }}{{ break }}{{ end }}{{ . }}{{ end }}|{{ end }}", "0|0|"),
            ("{{ now }}", "1.353755652e+09"),
            ("{{ (now | toTime).Format \"Mon Jan 2 15:04:05 2006\" }}", "Sat Nov 24 11:14:12 2012"),
            ("{{ (1800 | toDuration).String }}", "30m0s"), ("{{ \"1800\" | toDuration }}", "30m0s"),
            ("{{ (\"-30m\" | parseDuration | toDuration | (now | toTime).Add).UnixMilli }}", "1353753852000"),
            ("{{ printf \"%0.2f\" (parseDuration \"-1h2m10ms\") }}", "-3720.01"),
            ("{{ urlQueryEscape \"a b&c=d/é\" }}", "a+b%26c%3Dd%2F%C3%A9"),
            ("{{ externalURL }} {{ pathPrefix }}", "http://x.example:9/p/q /p/q"),
            ("{{ define \"a\" }}x{{ . }}{{ end }}{{ $name := \"a\" }}{{ tmpl $name 5 | toUpper }}", "X5"),
            ("{{ trimSpace \" \\t x y\\n \" }}|", "x y|"), ("{{ stringSlice \"a\" \"b\" | join \", \" }}", "a, b"),
            ("{{ safeUrl \"a b\" }}{{ join \"-\" (stringSlice) }}", "a b"),
            (
                "{{ args 1 | len }} {{ (args 1).arg7 }} {{ print (args 1).arg7 }} {{ (args \"x\").arg7 }}|",
                "1 <no value> <nil> |"
            ),
            ("{{ 7261 | toDuration | humanizeDuration }} {{ 90 | toDuration | humanize }}", "2h 1m 1s 90"),
            (
                "{{ 1e300 | humanizeDuration }} {{ -1e300 | humanizeDuration }}",
                "106751991167300d 15h 30m 7s -106751991167300d 15h 30m 7s"
            ),
        ])
    func giveWhatIsDocumented(template: String, want: String) throws { #expect(try expanded(template) == want) }

    /// Words end where Unicode says; the rest of a word stays as it is.
    @Test(
        arguments: [
            ("aa bb CC", "Aa Bb CC"), ("foo-bar foo_bar _x", "Foo-Bar Foo_bar _X"), ("don't o'Brien", "Don't O'Brien"),
            ("a.b x:y a..b", "A.b X:y A..B"), ("49ers a4b", "49Ers A4b"), ("a,b;c/d (e)", "A,B;C/D (E)"),
            ("ǆ éa ß", "ǅ Éa Ss"), ("x\u{5d0}x \u{5d0}x", "X\u{5d0}x \u{5d0}X"), ("", ""),
        ])
    func titleMakesCapitals(text: String, want: String) throws {
        #expect(try expanded("{{ title . }}", .text(text)) == want)
    }

    @Test(
        arguments: [
            ("", ""), ("http://a", ""), ("http://a/", "/"), ("https://a:1/b/c?d=/e", "/b/c"), ("http://a?x/y", ""),
            ("http://a#x/y", ""), ("a/b", ""), ("http:/a", ""),
        ])
    func pathPrefixIsThePath(url: String, want: String) throws {
        let environment = TemplateEnvironment(now: 0, externalURL: url)
        #expect(try Template("{{ pathPrefix }}").expand(.nothing, environment: environment) == want)
    }
}
