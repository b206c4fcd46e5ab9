import Model
import Testing

@testable import Rules

private let whole = """
    {"id": "x", "matchers": [{"name": "job", "value": "a|b", "isRegex": true, "isEqual": false}, \
    {"name": "env", "value": "prod", "isRegex": false}], "startsAt": "2026-11-25T10:00:00.000Z", \
    "endsAt": "2026-11-25T13:00:00+02:00", "createdBy": "ann", "comment": "deploying", "more": [1]}
    """

@Suite struct SilenceJSONTests {
    @Test func readsWhatAlertmanagersClientsSend() throws {
        let silence = try Silence(json: Array(whole.utf8), at: 5)
        #expect(silence.id == "x")
        #expect(silence.matchers.description == #"{job!~"a|b", env="prod"}"#)
        #expect(silence.from == (try time("2026-11-25T10:00:00Z")))
        #expect(silence.to == (try time("2026-11-25T11:00:00Z")))
        #expect(silence.author == "ann")
        #expect(silence.comment == "deploying")
        #expect(silence.createdAt == 5)
        #expect(silence.origin == .api)
    }

    @Test func aTimeThatIsNotSetIsNow() throws {
        let text = whole.replacing("2026-11-25T10:00:00.000Z", with: "0001-01-01T00:00:00Z")
        #expect(try Silence(json: Array(text.utf8), at: 7).from == 7)
    }

    @Test(arguments: [
        ("\"isRegex\": true, ", "", "cannot read silence: `matchers[0].isRegex` is missing"),
        ("\"name\": \"env\", ", "", "cannot read silence: `matchers[1].name` is missing"),
        ("\"name\": \"env\"", "\"name\": 5", "cannot read silence: `matchers[1].name`: expected a text"),
        ("\"name\": \"env\"", "\"name\": \"\"", "cannot use matcher: the label name is empty"),
        ("\"createdBy\": \"ann\", ", "", "cannot read silence: `createdBy` is missing"),
        ("\"comment\": \"deploying\"", "\"comment\": null", "cannot read silence: `comment` is missing"),
        (
            "2026-11-25T10:00:00.000Z", "tomorrow",
            "cannot read silence: `startsAt`: cannot read time \"tomorrow\": expected"
        ),
        ("2026-11-25T10:00:00.000Z", "1764064800", "cannot read silence: `startsAt`: cannot read time"),
        ("T13:00:00+02:00", "T12:00:00+02:00", "cannot make silence: it must end after it begins"),
        ("\"a|b\"", "\"(\"", "cannot compile regular expression \"(\""),
        (
            "\"isRegex\": true", "\"isRegex\": \"yes\"",
            "cannot read silence: `matchers[0].isRegex`: expected true or false"
        ),
        ("{\"id\"", "[{\"id\"", "cannot read JSON"),
        ("{\"id\": \"x\"", "{\"id\": 5", "cannot read silence: `id`: expected a text"),
    ]) func saysWhatIsWrong(_ part: String, _ other: String, _ reason: String) throws {
        let text = whole.replacing(part, with: other)
        #expect(text != whole)
        let error = #expect(throws: UserError.self) { try Silence(json: Array(text.utf8), at: 5) }
        #expect(error?.message.hasPrefix(reason) ?? false, "\(error.map(\.message) ?? "")")
    }

    @Test func writesWhatAlertmanagersClientsRead() throws {
        let silence = try Silence(json: Array(whole.utf8), at: try time("2026-11-25T09:00:00Z"))
        var json = JSONWriter()
        silence.write(to: &json, at: try time("2026-11-25T10:30:00Z"))
        let expected = """
            {"id":"x","status":{"state":"active"},"updatedAt":"2026-11-25T09:00:00.000Z",\
            "startsAt":"2026-11-25T10:00:00.000Z","endsAt":"2026-11-25T11:00:00.000Z","createdBy":"ann",\
            "comment":"deploying","matchers":[{"name":"job","value":"a|b","isRegex":true,"isEqual":false},\
            {"name":"env","value":"prod","isRegex":false,"isEqual":true}],"annotations":{},"origin":"api"}
            """
        #expect(String(decoding: json.bytes, as: UTF8.self) == expected)
        #expect(try Silence(json: json.bytes, at: silence.createdAt) == silence)
    }
}
