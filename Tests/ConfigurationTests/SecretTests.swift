import Foundation
import Model
import Testing

@testable import Configuration

@Suite struct SecretTests {
    @Test func neverShowsItself() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        var wrapped = ""
        dump(["x": HTTPClientSection.BasicAuth(username: Secret("u"), password: secret)], to: &wrapped)
        for text in [
            "\(secret)", String(describing: secret), String(reflecting: secret), dumped, wrapped, "\([secret])",
        ] {
            #expect(!text.contains("hunter2"))
        }
        #expect("\(secret)" == "<secret>")
    }

    @Test func aFileIsReadAnewEachTime() throws {
        let path = NSTemporaryDirectory() + "vedette-secret-\(UUID().uuidString)"
        defer { unlink(path) }
        let secret = Secret(file: path)
        let error = #expect(throws: UserError.self) { try secret.reveal() }
        #expect(error?.message == "cannot read \(path): No such file or directory")
        try "\n one \r\n".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try secret.reveal() == "one")
        try "two".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try secret.reveal() == "two")
        try " \n".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try secret.reveal() == "")
    }

    @Test func filesAreRelativeToTheConfiguration() {
        let result = decoded("a: {x_file: s/p}\nb: {x_file: /p}\nc: {x: p}\nd: {}") { root in
            ["a", "b", "c", "d"].map { key in
                root.node(key).flatMap { Fields($0, in: root.context).secret("x") }.map { $0.file ?? "written" }
                    ?? "none"
            }
        }
        #expect(result.value == ["/etc/vedette/s/p", "/p", "written", "none"])
        let both = decoded("x: p\nx_file: q") { $0.secret("x") }
        #expect(both.problems == ["line 2, column 1: at most one of `x` and `x_file` may be given"])
    }
}

@Suite struct RenderingTests {
    @Test func showsWhatWasWrittenWithoutSecrets() throws {
        let text = """
            # a comment
            global: {scrape_interval: 5s}
            scrape_configs:
              - job_name: "a b"
                basic_auth: {username: u, password: hunter2, password_file: p}
                proxy_url: http://u:hunter2@proxy:80/x
                tls_config: {key: "hunter2"}
                honor_labels: true
                static_configs:
                  - targets: ['a:1', "true", '5', "x\\ny", '- z']
                    labels: {}
                  - targets: []
            remote_write:
              - url: http://x/
                authorization: {credentials: hunter2}
                headers: {A: "${B}"}
            empty:
            special: {x: hunter2}
            lists: [[1, 2], [[]], {a: [b]}]
            """
        let loaded = try loadConfiguration(Array(text.utf8), in: DecodingContext(environment: [:])) { root in
            _ = (root.node("global"), root.node("empty"), root.node("lists"))
            _ = root.node("special").map { Fields($0, in: root.context).secret("x") }
        }
        #expect(!loaded.rendered.contains("hunter2"))
        #expect(
            loaded.rendered == """
                global:
                  scrape_interval: 5s
                scrape_configs:
                - job_name: "a b"
                  basic_auth:
                    username: u
                    password: <secret>
                    password_file: p
                  proxy_url: "http://u:<secret>@proxy:80/x"
                  tls_config:
                    key: <secret>
                  honor_labels: true
                  static_configs:
                  - targets:
                    - "a:1"
                    - "true"
                    - "5"
                    - "x\\ny"
                    - "- z"
                    labels: {}
                  - targets: []
                remote_write:
                - url: "http://x/"
                  authorization:
                    credentials: <secret>
                  headers:
                    A: "${B}"
                empty:
                special:
                  x: <secret>
                lists:
                - - 1
                  - 2
                - - []
                - a:
                  - b

                """)
        // What is shown reads back as the same, secrets aside.
        let again = try readDocument(Array(loaded.rendered.utf8))
        let hidden = try readDocument(Array(text.replacing("hunter2", with: "<secret>").utf8))
        #expect(sortedOutline(again) == sortedOutline(hidden))
    }

    /// Quotes aside, for a harmless text loses them.
    private func sortedOutline(_ node: Node) -> String { outline(node).replacing("\"", with: "") }

    @Test(arguments: [
        ("http://u:p@h/", "http://u:<secret>@h/"), ("http://h/a:b@c", "http://h/a:b@c"), ("http://u@h", "http://u@h"),
        ("u:p@h", "u:p@h"),
        ("https://u:p:q@h?x=@", "https://u:<secret>@h?x=@"), ("", ""),
    ]) func urlsLoseTheirPasswords(_ text: String, _ expected: String) { #expect(withoutPassword(text) == expected) }
}
