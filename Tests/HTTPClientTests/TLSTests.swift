import Foundation
import HTTPClient
import TestSupport
import Testing

/// Trust: who is believed, what is shown, and what is learned of a certificate that nobody should believe.
@Suite(.enabled(if: TestCertificates.openssl != nil, "there is no openssl command")) struct TLSTests {
    private let certificates: TestCertificates
    private let loop: TransferLoop

    init() throws {
        certificates = try TestCertificates()
        loop = try TransferLoop()
    }

    private func trusting(_ url: String, _ change: (inout HTTPRequest) -> Void = { _ in }) -> HTTPRequest {
        request(url) {
            $0.tls.authorities = .file(certificates.path("authority.pem"))
            change(&$0)
        }
    }

    private func pem(_ name: String) throws -> TLSMaterial {
        .pem(Array(try Data(contentsOf: URL(filePath: certificates.path(name)))))
    }

    @Test func authoritiesFromAFileOrGivenThemselves() throws {
        try certificates.issue("server", for: ["IP:127.0.0.1"])
        let server = try TLSTestServer(certificates, "server")
        let url = "https://127.0.0.1:\(server.port)/"
        let response = try #require(try loop.fetch(trusting(url)).response)
        #expect(response.status == 200)
        #expect(response.timings.tls >= response.timings.connect)
        #expect(response.timings.connect > 0)
        let authorities = try pem("authority.pem")
        #expect(try loop.fetch(request(url) { $0.tls.authorities = authorities }).response?.status == 200)
        // Who trusts nobody in particular trusts the system's authorities, which this one is not.
        let failure = try #require(try loop.fetch(url).failure)
        #expect(failure.code == .tls)
        #expect(failure.message.hasPrefix("cannot trust \(url): "))
        #expect(failure.message.contains("certificate"))
        #expect(failure.certificates.isEmpty)
        // And not to verify is one request's choice, not the next one's.
        #expect(try loop.fetch(request(url) { $0.tls.skipsVerification = true }).response?.status == 200)
        #expect(try loop.fetch(url).failure?.code == .tls)
    }

    @Test func authoritiesThatCannotBeRead() throws {
        try certificates.issue("server", for: ["IP:127.0.0.1"])
        let server = try TLSTestServer(certificates, "server")
        for authorities in [TLSMaterial.file("/nonexistent/ca.pem"), .pem(Array("nonsense".utf8))] {
            let failure = try #require(
                try loop.fetch(request("https://127.0.0.1:\(server.port)/") { $0.tls.authorities = authorities })
                    .failure)
            #expect(failure.code == .tls, "\(failure)")
        }
    }

    @Test func aWrongNameIsNotTrustedAndAServerNameHelps() throws {
        try certificates.issue("server", for: ["IP:127.0.0.2"])
        try certificates.issue("named", for: ["DNS:vedette.test"])
        // The second certificate is shown to those only who ask for its name.
        let server = try TLSTestServer(
            certificates, "server",
            [
                "-servername", "vedette.test", "-cert2", certificates.path("named.pem"),
                "-key2", certificates.path("named.key"),
            ])
        let url = "https://127.0.0.1:\(server.port)/a"
        let failure = try #require(try loop.fetch(trusting(url) { $0.inspectsCertificates = true }).failure)
        #expect(failure.code == .tls)
        #expect(failure.message.contains("127.0.0.1"))
        #expect(failure.certificates.first?.subject.contains("server") == true)
        let named = try #require(
            try loop.fetch(
                trusting(url) {
                    $0.tls.serverName = "vedette.test"
                    $0.inspectsCertificates = true
                }
            ).response)
        #expect(named.status == 200)
        #expect(named.head.effectiveURL == url)
        #expect(named.head.remoteAddress == "127.0.0.1:\(server.port)")
        #expect(named.certificates.first?.subject.contains("named") == true)
    }

    @Test(arguments: [2, -1]) func expiryIsKnownAlsoOfACertificateNobodyTrusts(_ days: Int) throws {
        try certificates.issue("server", for: ["IP:127.0.0.1"], days: days)
        let server = try TLSTestServer(certificates, "server")
        let url = "https://127.0.0.1:\(server.port)/"
        // Trusted authority or not: the expired one fails both ways, the good one for want of trust.
        for request in [
            request(url) { $0.inspectsCertificates = true }, trusting(url) { $0.inspectsCertificates = true },
        ] {
            let outcome = try loop.fetch(request)
            #expect((outcome.failure == nil) == (days > 0 && request.tls.authorities != nil))
            let seen = try #require(outcome.failure?.certificates.first ?? outcome.response?.certificates.first)
            let expected = Date().addingTimeInterval(Double(days) * 86_400).timeIntervalSince1970 * 1000
            #expect(abs(Double(seen.notAfter) - expected) < 120_000)
            #expect(abs(Double(seen.notBefore) - Date().timeIntervalSince1970 * 1000) < 120_000)
            #expect(seen.subject.contains("server"))
            #expect(seen.issuer.contains("Test Authority"))
        }
        if days < 0 {
            let failure = try #require(try loop.fetch(trusting(url)).failure)
            #expect(failure.message == "cannot trust \(url): certificate has expired")
        }
        #expect(loop.activeCount == 0)
    }

    @Test func clientCertificate() throws {
        try certificates.issue("server", for: ["IP:127.0.0.1"])
        try certificates.issue("client", for: ["DNS:client"])
        let server = try TLSTestServer(
            certificates, "server",
            ["-Verify", "1", "-verify_return_error", "-CAfile", certificates.path("authority.pem")])
        let url = "https://127.0.0.1:\(server.port)/"
        #expect(try loop.fetch(trusting(url)).failure != nil)
        let (certificate, key) = (certificates.path("client.pem"), certificates.path("client.key"))
        let fromFiles = trusting(url) { ($0.tls.certificate, $0.tls.key) = (.file(certificate), .file(key)) }
        #expect(try loop.fetch(fromFiles).response?.status == 200)
        let given = (try pem("client.pem"), try pem("client.key"))
        #expect(try loop.fetch(trusting(url) { ($0.tls.certificate, $0.tls.key) = given }).response?.status == 200)
        #expect(try loop.fetch(trusting(url)).failure != nil)
    }

    @Test func versions() throws {
        try certificates.issue("server", for: ["IP:127.0.0.1"])
        let old = try TLSTestServer(certificates, "server", ["-tls1_2"])
        let new = try TLSTestServer(certificates, "server", ["-tls1_3"])
        let (oldURL, newURL) = ("https://127.0.0.1:\(old.port)/", "https://127.0.0.1:\(new.port)/")
        #expect(try loop.fetch(trusting(oldURL)).response?.status == 200)
        #expect(try loop.fetch(trusting(oldURL) { $0.tls.minimumVersion = .tls13 }).failure?.code == .tls)
        #expect(try loop.fetch(trusting(newURL)).response?.status == 200)
        #expect(try loop.fetch(trusting(newURL) { $0.tls.maximumVersion = .tls12 }).failure?.code == .tls)
    }

    @Test func garbageWhereTLSIsExpected() throws {
        let server = try HTTPTestServer { connection in
            connection.write("HTTP/1.1 200 OK\r\n\r\n")
            connection.linger()
        }
        let url = "https://127.0.0.1:\(server.port)/"
        let failure = try #require(try loop.fetch(url).failure)
        #expect(failure.code == .tls)
        #expect(failure.message == "cannot reach \(url): wrong version number")
    }
}
