import Model
import Testing

@testable import HTTPAPI

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

    @Test("may be a port that the kernel chooses", arguments: ["127.0.0.1:0", "localhost:0"])
    func chosen(text: String) async throws {
        let server = try HTTPServer.start(on: ListenAddress(text), router: testRouter())
        #expect(server.address.port != 0)
        let client = try RawClient(server.address.port)
        client.send(lastRequest("/peer"))
        #expect(client.receiveAll().hasSuffix("127.0.0.1"))
        await server.stop(within: 1000)
    }

    @Test("fails in one clear line")
    func inUse() async throws {
        try await withServer(testRouter()) { first in
            let error = #expect(throws: UserError.self) {
                try HTTPServer.start(on: first.address, router: testRouter())
            }
            #expect(error?.message == "cannot listen on \(first.address): the port is in use by another program")
        }
        let foreign = #expect(throws: UserError.self) {
            try HTTPServer.start(on: ListenAddress(host: "192.0.2.1", port: 0), router: testRouter())
        }
        #expect(foreign?.message == "cannot listen on 192.0.2.1:0: this machine does not have the address")
        let unknown = #expect(throws: UserError.self) {
            try HTTPServer.start(on: ListenAddress(host: "nowhere.invalid", port: 0), router: testRouter())
        }
        #expect(unknown?.message.hasPrefix("cannot listen on nowhere.invalid:0: ") == true)
    }
}
