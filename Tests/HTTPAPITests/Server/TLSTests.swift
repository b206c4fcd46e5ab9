import Foundation
import Model
import Testing

@testable import HTTPAPI

private let openssl = "/usr/bin/openssl"

@Suite("TLS")
struct TLSTests {
    @Test(
        "is spoken with a certificate and its key", .enabled(if: FileManager.default.isExecutableFile(atPath: openssl)))
    func speaks() async throws {
        let folder = try TemporaryFolder()
        let files = TLSFiles(certificate: folder.path + "/c.pem", key: folder.path + "/k.pem")
        let made = try run(
            openssl,
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj",
                "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", files.certificate, "-keyout",
                files.key,
            ])
        try #require(made.code == 0, "\(made.error)")
        try await withServer(testRouter(), tls: files) { server in
            let port = server.address.port
            #expect(server.url == "https://127.0.0.1:\(port)/")
            for path in ["fast", "wait"] {
                let answer = try run(
                    "/usr/bin/curl",
                    [
                        "-sS", "--cacert", files.certificate, "--resolve", "localhost:\(port):127.0.0.1",
                        "https://localhost:\(port)/\(path)",
                    ])
                #expect(answer.code == 0, "\(answer.error)")
                #expect(String(decoding: answer.output, as: UTF8.self) == (path == "fast" ? "fast\n" : "waited\n"))
            }
            let old = try run("/usr/bin/curl", ["-sSk", "--tls-max", "1.1", "https://localhost:\(port)/fast"])
            #expect(old.code != 0)
        }
    }

    @Test("is refused with files that are of no use")
    func refuses() throws {
        let folder = try TemporaryFolder()
        let address = ListenAddress(host: "127.0.0.1", port: 0)
        let missing = TLSFiles(certificate: folder.path + "/none", key: folder.path + "/none")
        let error = #expect(throws: UserError.self) {
            try HTTPServer.start(on: address, router: testRouter(), tls: missing)
        }
        #expect(error?.message == "cannot read TLS certificate \"\(folder.path)/none\": No such file or directory")
        let path = folder.path + "/broken"
        try Data("not PEM".utf8).write(to: URL(fileURLWithPath: path))
        let broken = #expect(throws: UserError.self) {
            try HTTPServer.start(on: address, router: testRouter(), tls: TLSFiles(certificate: path, key: path))
        }
        #expect(broken?.message.contains("do not fit, or are no PEM") == true)
    }
}
