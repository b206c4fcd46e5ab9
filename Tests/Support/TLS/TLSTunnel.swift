import Foundation
import Threads

/// TLS on a connection that has been open before: `openssl s_server` does it, at a port of its own to which the bytes are passed.
final class TLSTunnel {
    private let process = Process()
    private let toClient = Pipe()
    private let fromClient = Pipe()
    private let backend: Int32
    private var waiting: [UInt8] = []

    init(_ certificates: TestCertificates, _ name: String, on connection: TestConnection) throws {
        // It cannot be asked for a port that it chooses without its talking in between.
        let (listener, port) = try listen(backlog: 0)
        close(listener)
        process.executableURL = URL(filePath: TestCertificates.openssl ?? "/usr/bin/openssl")
        process.arguments = [
            "s_server", "-quiet", "-naccept", "1", "-accept", "127.0.0.1:\(port)", "-cert",
            certificates.path("\(name).pem"), "-key", certificates.path("\(name).key"),
        ]
        process.standardInput = toClient
        process.standardOutput = fromClient
        process.standardError = FileHandle.nullDevice
        try process.run()
        backend = try Self.connect(port)
        let (client, backend) = (connection.socket, backend)
        for (from, to) in [(client, backend), (backend, client)] {
            try startThread(name: "test-tunnel") { pass(from, to) }
        }
    }

    deinit {
        // Whoever passes bytes wakes up from it.
        shutdown(backend, Int32(SHUT_RDWR))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    func write(_ bytes: [UInt8]) -> Bool {
        do {
            try toClient.fileHandleForWriting.write(contentsOf: Data(bytes))
            return true
        } catch {
            return false
        }
    }

    func readLine() -> [UInt8]? {
        while true {
            if let end = waiting.firstIndex(of: UInt8(ascii: "\n")) {
                let line = waiting[..<end]
                waiting.removeSubrange(...end)
                return line.last == UInt8(ascii: "\r") ? line.dropLast() : Array(line)
            }
            let more = fromClient.fileHandleForReading.availableData
            if more.isEmpty { return nil }
            waiting += more
        }
    }

    /// Connects as soon as the server listens.
    private static func connect(_ port: UInt16) throws -> Int32 {
        for _ in 0..<500 {
            let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            if withLoopback(port, { Glibc.connect(socket, $0, $1) }) == 0 { return socket }
            close(socket)
            usleep(10_000)
        }
        throw TestSetupError(message: "openssl s_server does not listen at port \(port)")
    }
}

/// Passes bytes from one socket to another until either is closed.
private func pass(_ from: Int32, _ to: Int32) {
    var block = [UInt8](repeating: 0, count: 16384)
    while true {
        let count = recv(from, &block, block.count, 0)
        if count <= 0 { break }
        var sent = 0
        while sent < count {
            let more = block[sent..<count].withUnsafeBytes { send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if more <= 0 { return }
            sent += more
        }
    }
    shutdown(to, Int32(SHUT_WR))
}
