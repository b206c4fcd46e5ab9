import Configuration
import HTTPClient
import Model
import Requests
import Testing

@Suite struct HTTPRequestTests {
    private func section(_ keys: String) throws -> HTTPClientSection {
        let context = DecodingContext(folder: "/etc/vedette")
        return try loadConfiguration(Array(keys.utf8), in: context) { HTTPClientSection($0) }.value
    }

    private func request(_ keys: String) throws -> HTTPRequest {
        try HTTPRequest(url: "https://h/", as: section(keys))
    }

    @Test func aPlainSectionChangesLittle() throws {
        var expected = HTTPRequest(url: "https://h/")
        expected.redirectLimit = 10
        #expect(try request("{}") == expected)
    }

    @Test(
        arguments: [
            ("basic_auth: {username: a, password: b}", .basic(user: "a", password: "b")),
            ("basic_auth: {}", .basic(user: "", password: "")),
            ("authorization: {credentials: t}", .bearer("t")), ("bearer_token: t", .bearer("t")),
            ("authorization: {}", nil),
            ("authorization: {type: Token, credentials: t}", .other(scheme: "Token", credentials: "t")),
        ] as [(String, HTTPAuthentication?)]) func authentication(_ keys: String, _ expected: HTTPAuthentication?)
        throws
    {
        #expect(try request(keys).authentication == expected)
    }

    @Test func everythingElse() throws {
        let made = try request(
            """
            tls_config: {ca_file: ca, cert: C, key: K, server_name: s, insecure_skip_verify: true, min_version: TLS11, max_version: TLS13}
            proxy_url: http://p:1
            no_proxy: x
            follow_redirects: false
            enable_http2: false
            """)
        var tls = TLSOptions()
        tls.authorities = .file("/etc/vedette/ca")
        tls.certificate = .pem(Array("C".utf8))
        tls.key = .pem(Array("K".utf8))
        tls.serverName = "s"
        tls.skipsVerification = true
        tls.minimumVersion = .tls11
        tls.maximumVersion = .tls13
        #expect(made.tls == tls)
        #expect(made.proxy == .through(url: "http://p:1", except: "x"))
        #expect(made.redirectLimit == 0)
        #expect(!made.allowsHTTP2)
        #expect(try request("proxy_from_environment: true").proxy == .environment)
        #expect(try request("tls_config: {cert_file: c, key_file: /k}").tls.key == .file("/k"))
    }

    @Test func aSecretThatCannotBeReadIsSaid() {
        #expect(throws: UserError("cannot read /etc/vedette/nosuch: No such file or directory")) {
            try request("authorization: {credentials_file: nosuch}")
        }
    }

    @Test func withHiddenSecretsNoFileIsReadAndNothingIsShown() throws {
        let hidden = HTTPRequest(
            url: "https://h/", as: try section("authorization: {credentials_file: nosuch}"), secrets: .hidden)
        #expect(hidden.authentication == .bearer("<secret>"))
        let inline = HTTPRequest(
            url: "https://h/",
            as: try section("{basic_auth: {username: a, password: b}, tls_config: {cert: C, key: K}}"),
            secrets: .hidden)
        #expect(inline.authentication == .basic(user: "<secret>", password: "<secret>"))
        #expect(inline.tls.key == .pem(Array("<secret>".utf8)))
    }

    @Test func whatAServerRepeatsIsHidden() throws {
        let secrets = try RevealedSecrets([Secret("tok/en+1"), Secret("short")])
        #expect(secrets.hiding(in: "no tok/en+1 here, tok/en+1") == "no <secret> here, <secret>")
        // A word of five letters can stand there by itself.
        #expect(secrets.hiding(in: "a short answer") == "a short answer")
        #expect(secrets.hiding("/path/x", in: "Cannot POST /path/x") == "Cannot POST <secret>")
    }
}
