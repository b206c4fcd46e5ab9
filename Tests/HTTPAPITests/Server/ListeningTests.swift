import Model
import Testing

@testable import HTTPAPI

@Suite("Listening")
struct ListeningTests {
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
