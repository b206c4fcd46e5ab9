import Model
import Testing

@testable import Rules

private let texts: [(String, String)] = [
    (#"severity="page""#, #"{severity="page"}"#),
    (#"  env =~ "dev|test"  "#, #"{env=~"dev|test"}"#),
    (#"{foo = "bar", dings != "bums", }"#, #"{foo="bar", dings!="bums"}"#),
    ("foo=bar,dings!=bums", #"{foo="bar", dings!="bums"}"#),
    ("foo=bar , dings!~ bums ", #"{foo="bar", dings!~"bums"}"#),
    (
        #"{quote="She said: \"Hi, ladies! That's gender-neutral…\""}"#,
        #"{quote="She said: \"Hi, ladies! That's gender-neutral…\""}"#
    ),
    (#"statuscode=~"5..""#, #"{statuscode=~"5.."}"#),
    (#"code=~"\d+\.5""#, #"{code=~"\\d+\\.5"}"#),
    (#"path="a\\b\n""#, #"{path="a\\b\n"}"#),
    ("path=`a\\nb`", #"{path="a\\nb"}"#),
    ("a='it\\'s, so}'", #"{a="it's, so}"}"#),
    (#""http.status"="5""#, #"{"http.status"="5"}"#),
    ("a=", #"{a=""}"#), (#"a="""#, #"{a=""}"#), ("a=b=c", #"{a="b=c"}"#), ("", "{}"), ("{}", "{}"),
    ("{a=b}", #"{a="b"}"#),
    // What is wrong with the others.
    ("a", "expected `=`, `!=`, `=~` or `!~`, found the end"), ("=b", "expected the name of a label, found \"=b\""),
    ("1a=b", "expected the name of a label, found \"1a=b\""), ("a!b", "expected `=`, `!=`, `=~` or `!~`, found \"b\""),
    (#"a="b"#, "a quote is not closed"), (#"a="b\"#, "a quote is not closed"),
    (#"a="b"c"#, "expected `,`, found \"c\""),
    ("{a=b", "expected `,` or `}`, found the end"), ("{a=b} c", "expected nothing more, found \"c\""),
    ("a=b}", "expected `,`, found \"}\""),
    (#"a=b"c""#, "a value with quotes or braces must stand in quotes as a whole"),
    ("a=x{2}", "a value with quotes or braces must stand in quotes as a whole"), (#"""="b""#, "a label name is empty"),
    ("a=b,,c=d", "expected the name of a label, found \",c=d\""),
    ("ä=b", "expected the name of a label, found \"ä=b\""),
]

@Suite struct MatcherTextTests {
    @Test(arguments: texts) func reads(_ text: String, _ expected: String) {
        do {
            let matchers = try readMatchers(text)
            #expect("{\(matchers.map(\.description).joined(separator: ", "))}" == expected)
        } catch {
            #expect(error.message.hasSuffix(": \(expected)"), "\(error)")
            #expect(error.message.hasPrefix("cannot read matchers "))
        }
    }

    /// Whatever is cut off or put in: an answer or an error.
    @Test func endsWithAnyBytes() {
        let seeds = texts.map { Array($0.0.utf8) }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var bytes = seeds[Int.random(in: seeds.indices, using: &generator)]
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                let at = Int.random(in: 0...bytes.count, using: &generator)
                bytes.insert("\\\"'`{}=~!, \n".utf8.randomElement(using: &generator) ?? 0, at: at)
            }
            bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)))
            let text = String(decoding: bytes, as: UTF8.self)
            guard let matchers = try? readMatchers(text) else { continue }
            // What was read can be written and read again.
            let again = try? readMatchers("{\(matchers.map(\.description).joined(separator: ", "))}")
            #expect(again == matchers)
        }
    }
}
