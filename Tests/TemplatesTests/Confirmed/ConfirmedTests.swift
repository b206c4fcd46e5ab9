import Testing

/// Templates with what Prometheus makes of them: taken from annotations that `promtool test rules` of version 2.42 has shown for
/// `Surroundings`.
enum Confirmed {}

@Suite("What Prometheus makes of it")
struct ConfirmedTests {
    @Test(arguments: Confirmed.language)
    func language(template: String, want: String) throws { #expect(try expanded(template) == want) }

    @Test(arguments: Confirmed.printf)
    func printf(template: String, want: String) throws { #expect(try expanded(template) == want) }

    @Test(arguments: Confirmed.humanize)
    func humanize(template: String, want: String) throws { #expect(try expanded(template) == want) }

    @Test(arguments: Confirmed.times)
    func times(template: String, want: String) throws { #expect(try expanded(template) == want) }

    @Test(arguments: Confirmed.queries)
    func queries(template: String, want: String) throws { #expect(try expanded(template) == want) }

    @Test(arguments: Confirmed.patterns)
    func patterns(template: String, want: String) throws { #expect(try expanded(template) == want) }

    @Test(arguments: Confirmed.functions)
    func functions(template: String, want: String) throws { #expect(try expanded(template) == want) }
}
