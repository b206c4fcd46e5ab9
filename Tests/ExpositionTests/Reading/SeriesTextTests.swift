import Model
import Testing

@testable import Exposition

@Suite("Reading series texts")
struct SeriesTextTests {
    @Test(
        "become labels",
        arguments: [
            ("up", ["__name__": "up"]), ("up{}", ["__name__": "up"]), ("a:b{c=\"d\"}", ["__name__": "a:b", "c": "d"]),
            ("a{z=\"1\",b=\"2\"}", ["__name__": "a", "b": "2", "z": "1"]),
            ("a { b = \"c\" , }", ["__name__": "a", "b": "c"]),
            ("a{b=\"c\"d=\"e\"}", ["__name__": "a", "b": "c", "d": "e"]), ("a{b=\"\"}", ["__name__": "a"]),
            ("a{b=\"\\\\ \\\" \\n \\x\"}", ["__name__": "a", "b": "\\ \" \n \\x"]),
            ("{\"my.metric\",\"label.x\"=\"v\"}", ["__name__": "my.metric", "label.x": "v"]),
            ("{b=\"c\",\"a\\\"b\"}", ["__name__": "a\"b", "b": "c"]),
            ("a{\"l\\n\"=\"\u{2603}\"}", ["__name__": "a", "l\n": "\u{2603}"]),
        ] as [(String, Labels)])
    func labels(text: String, expected: Labels) throws {
        #expect(try series(text) == expected)
    }

    @Test(
        "or errors",
        arguments: [
            ("a{b=\"c\",b=\"d\"}", "label \"b\" is given twice"), ("a{b=\"\",b=\"d\"}", "twice"),
            ("a{__name__=\"b\"}", "twice"),
            ("{\"a\",__name__=\"b\"}", "twice"), ("{b=\"c\"}", "no metric name"), ("", "no metric name"),
            ("{\"\"}", "no metric name"),
            ("a{b=\"c\"", "\",\" or \"}\""), ("a b", "end of the line"), ("a{b=\"c\"} ", "end of the line"),
            ("a{b=\"c}", "no closing quote"),
        ])
    func errors(text: String, reason: String) {
        let error = #expect(throws: UserError.self) { try series(text) }
        #expect(error?.message.contains(reason) == true, "\(error as Any)")
    }
}
