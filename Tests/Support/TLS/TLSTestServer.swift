import Foundation

/// `openssl s_server` on 127.0.0.1 at a port of its choice. It answers each GET with a page about the connection, and ends
/// with the last reference to it.
public final class TLSTestServer {
    /// The port.
    public let port: Int
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    /// A server with this certificate, and with more of `s_server`'s options.
    public init(_ certificates: TestCertificates, _ name: String, _ options: [String] = []) throws {
        // The shell ends the server when its own input ends: with this object, or with the whole process, however that goes.
        // It kills, because a process started here may inherit a mask that blocks every milder signal.
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments =
            [
                "-c", "\"$@\" </dev/null & cat; kill -KILL $!", "sh", TestCertificates.openssl ?? "openssl", "s_server",
                "-www",
                "-accept", "127.0.0.1:0", "-cert", certificates.path("\(name).pem"),
                "-key", certificates.path("\(name).key"),
            ] + options
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var said = ""
        while !said.contains("ACCEPT 127.0.0.1:") || !said.hasSuffix("\n") {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { throw TestSetupError(message: "openssl s_server said only: \(said)") }
            said += String(decoding: more, as: UTF8.self)
        }
        let digits = said.split(separator: "ACCEPT 127.0.0.1:").last?.prefix { $0.isNumber }
        guard let port = digits.flatMap({ Int($0) }) else {
            throw TestSetupError(message: "openssl s_server did not name its port")
        }
        self.port = port
    }

    deinit {
        input.fileHandleForWriting.closeFile()
        process.waitUntilExit()
    }
}
