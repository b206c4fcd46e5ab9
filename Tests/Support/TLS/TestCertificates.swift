import Foundation

/// Certificates made for one run with the `openssl` command, in a directory that goes with them.
public final class TestCertificates: Sendable {
    /// The machine's `openssl`, if it has one.
    public static let openssl: String? = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    private let directory: URL

    /// An authority: `authority.pem` and `authority.key`.
    public init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "test-certificates-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=Test Authority", "-keyout", path("authority.key"), "-out", path("authority.pem"))
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: directory)
        } catch {
            print("cannot remove the certificates of a test: \(error)")
        }
    }

    /// The path of one of the files.
    public func path(_ name: String) -> String {
        directory.appending(path: name).path
    }

    /// Makes `NAME.pem` and `NAME.key`, signed by the authority, for these alternative names (`DNS:…`, `IP:…`).
    public func issue(_ name: String, for names: [String], days: Int = 2) throws {
        try openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=\(name)",
            "-addext", "subjectAltName=\(names.joined(separator: ","))", "-keyout", path("\(name).key"),
            "-out", path("\(name).csr"))
        try openssl(
            "x509", "-req", "-in", path("\(name).csr"), "-CA", path("authority.pem"), "-CAkey", path("authority.key"),
            "-copy_extensions", "copyall", "-days", "\(days)", "-out", path("\(name).pem"))
    }

    private func openssl(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: Self.openssl ?? "/usr/bin/openssl")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw TestSetupError(message: "openssl \(arguments) failed") }
    }
}
