import Model
import Testing

@Suite("Where a server listens")
struct ListenAddressTests {
    @Test(
        "is read from text",
        arguments: [
            ("127.0.0.1:7373", "127.0.0.1", 7373), ("[::1]:7373", "::1", 7373), (":7373", "", 7373),
            ("0.0.0.0:80", "0.0.0.0", 80),
            ("localhost:0", "localhost", 0), ("[::]:65535", "::", 65535),
        ])
    func reads(text: String, host: String, port: UInt16) throws {
        let address = try ListenAddress(text)
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address.description == text)
    }

    @Test(
        "is refused when it is none", arguments: ["", "7373", "a:b", "a:", "a:65536", "a:-1", "a:+1", "::1:80", "::1"])
    func refuses(text: String) {
        let error = #expect(throws: UserError.self) { try ListenAddress(text) }
        #expect(error?.message.hasPrefix("cannot read listen address \"\(text)\"") == true)
    }

    @Test("can be opened in a browser")
    func url() {
        #expect(ListenAddress(host: "", port: 80).url(scheme: "http") == "http://localhost:80/")
        #expect(ListenAddress(host: "::", port: 80).url(scheme: "http") == "http://localhost:80/")
        #expect(ListenAddress(host: "::1", port: 80).url(scheme: "http") == "http://[::1]:80/")
    }
}
