import Model
import Testing

@Suite struct GoQuotingTests {
    @Test(
        arguments: [
            ("", #""""#), ("plain ä😀", #""plain ä😀""#), (#"a"b\c"#, #""a\"b\\c""#),
            ("\n\t\r\u{07}\u{08}\u{0b}\u{0c}", #""\n\t\r\a\b\v\f""#),
            ("\u{01}\u{7f}", #""\x01\x7f""#), ("\u{85}\u{a0}\u{200b}\u{2028}", #""\u0085\u00a0\u200b\u2028""#),
            ("\u{e000}\u{10ffff}", #""\ue000\U0010ffff""#),
        ])
    func isThatOfGo(text: String, want: String) { #expect(quotedAsGo(text) == want) }
}
