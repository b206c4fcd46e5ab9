import Foundation

/// Where the tests find the programs they drive, and what must be there.
enum Surroundings {
    /// The binary under test: `VEDETTE_BINARY`, or where `make build` leaves it.
    static let binary: String = {
        let named = ProcessInfo.processInfo.environment["VEDETTE_BINARY"] ?? ".build/release/vedette"
        return named.hasPrefix("/") ? named : root + "/" + named
    }()

    /// The directory of the peers' programs, as `scripts/peers.sh` prints it.
    static let peers: String =
        ProcessInfo.processInfo.environment["VEDETTE_PEERS"] ?? root + "/.build/peers/usr/bin"

    /// Whether the binary is there to be tested. Where it was named it must be: the tests run, and fail.
    static let hasBinary =
        ProcessInfo.processInfo.environment["VEDETTE_BINARY"] != nil
        || FileManager.default.isExecutableFile(atPath: binary)

    /// Whether tests with peers run. In continuous integration a missing peer is a failure, elsewhere it is said.
    static let hasPeers =
        ProcessInfo.processInfo.environment["CI"] == "true"
        || FileManager.default.isExecutableFile(atPath: peers + "/prometheus")

    /// The interpreter that has Prometheus's Python client, as `scripts/python-client.sh` prints it.
    static let python: String =
        ProcessInfo.processInfo.environment["VEDETTE_PYTHON"] ?? root + "/.build/python-client/bin/python3"

    /// Whether tests with that client run; as with the peers.
    static let hasPythonClient =
        ProcessInfo.processInfo.environment["CI"] == "true"
        || FileManager.default.fileExists(atPath: root + "/.build/python-client/complete")

    /// Only root may mount the small file systems that some tests fill up or make read-only.
    static let mayMount = geteuid() == 0

    static let noBinary = "no binary: make build"
    static let noPeers = "skipped: the peers are not there (scripts/peers.sh fetch)"
    static let noPythonClient = "skipped: the Python client is not there (scripts/python-client.sh fetch)"
    static let noMount = "skipped: only root may mount a small file system to fill"

    /// The top of the project, from this file's place in it.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path
}
