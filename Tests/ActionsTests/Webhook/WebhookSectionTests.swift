import Testing

@testable import Actions

/// What can be written, and what is refused with its place.
@Suite("The section webhook") struct WebhookSectionTests {
    @Test(arguments: [
        ("{}", "line 2, column 3: `url` is missing"),
        ("{url: x}", "line 2, column 9: cannot read URL <secret>: expected a form like http://host:port/path"),
        (
            "{url: \"ftp://u:hunter2@h/hunter2\"}",
            "line 2, column 9: cannot read URL ftp://h/…: the scheme must be http or https, not ftp"
        ),
        ("{url: \"http://h\", url_file: x}", "line 2, column 21: at most one of `url` and `url_file` may be given"),
        ("{url: \"http://h/{{ .X\"}", "line 2, column 9: cannot read template \"url\""),
        ("{url: \"http://h\", method: \"A B\"}", "line 2, column 21: \"A B\" is no method"),
        ("{url: \"http://h\", headers: {\"a b\": x}}", "line 2, column 31: \"a b\" is no name of a header"),
        (
            "{url: \"http://h\", headers: {Content-Length: 5}}",
            "line 2, column 31: the header `Content-Length` cannot be given: it follows from the body"
        ),
        (
            "{url: \"http://h\", headers: {idempotency-key: 5}}",
            "line 2, column 31: the header `idempotency-key` cannot be given: it is what attempts are told apart by"
        ),
        (
            "{url: \"http://h\", headers: {Authorization: x}}",
            "line 2, column 31: the header `Authorization` is a secret: write it as a map with `secret` or `secret_file`"
        ),
        ("{url: \"http://h\", headers: {X: {secrte: x}}}", "line 2, column 34: `secret` is missing"),
        ("{url: \"http://h\", max_redirects: 51}", "line 2, column 36: expected a whole number from 0 to 50, found 51"),
        ("{url: \"http://h\", tittle: x}", "line 2, column 21: unknown key `tittle`"),
        ("{url: \"http://h\", title: x}", "line 2, column 21: unknown key `title`"),
        ("{url: \"http://h\", preset: slak}", "line 2, column 29: unknown preset `slak`, did you mean `slack`?"),
        ("{url: \"http://h\", content_type: \"a\\nb\"}", "line 2, column 21: `content_type` has control characters"),
        ("{preset: slack}", "line 2, column 3: `url` is missing"),
        ("{preset: pagerduty}", "line 2, column 3: `routing_key` is missing"),
        ("{preset: telegram, chat_id: 1}", "line 2, column 3: `bot_token` is missing"),
        ("{preset: telegram, bot_token: t}", "line 2, column 3: `chat_id` is missing"),
        (
            "{preset: telegram, bot_token: t, chat_id: 1, parse_mode: HTML}",
            "line 2, column 48: `parse_mode` is for a `text` of your own"
        ),
        (
            "{preset: ntfy, url: \"http://h/t\", token: t, bearer_token: u}",
            "line 2, column 47: at most one of `token` and `bearer_token` may be given"
        ),
        (
            "{preset: alertmanager, url: \"http://h\", resolve_timeout: 0}",
            "line 2, column 43: `resolve_timeout` must be longer than nothing"
        ),
        ("{preset: alertmanager, url_file: x}", "line 2, column 3: `url` is missing"),
    ])
    func refused(_ keys: String, _ problem: String) {
        let (section, problems) = decoded(keys, WebhookSection.self)
        #expect(section == nil)
        #expect(problems.contains { $0.hasPrefix(problem) }, "\(problems)")
        #expect(!problems.contains { $0.contains("hunter2") })
    }

    @Test func aKeyThatOnlyPrometheusHasIsAWarning() {
        let (section, problems) = decoded("{url: \"http://h\", oauth2: {}}", WebhookSection.self)
        #expect(section != nil)
        #expect(problems == ["warning line 2, column 21: `oauth2` is not supported yet and has no effect"])
    }

    @Test func theEnvironmentIsWrittenInBeforeTemplatesAreRead() throws {
        let (section, _) = decoded(
            "{url: \"http://${HOST}/{{ .Rule }}\"}", environment: ["HOST": "h:1"], WebhookSection.self)
        let action = WebhookAction(try #require(section), tools: tools())
        #expect(try action.plan(firing()).hasPrefix("POST http://h:1/…\n"))
    }
}
