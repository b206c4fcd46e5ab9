import Foundation
import Model
import Testing

@testable import HTTPAPI

/// Asks a router without a socket: the answer is what a client would get, compression and all.
struct RouteClient {
    let router: Router

    func get(_ target: String, headers: HTTPHeaders = [:]) async throws -> RouteAnswer {
        try await ask(.get, target, headers: headers)
    }

    func post(_ target: String, headers: HTTPHeaders = [:], body: String = "") async throws -> RouteAnswer {
        try await ask(.post, target, headers: headers, body: body)
    }

    func ask(
        _ method: HTTPMethod, _ target: String, headers: HTTPHeaders = [:], body: String = ""
    ) async throws -> RouteAnswer {
        let request = try HTTPRequest(method: method, target: target, headers: headers, body: Array(body.utf8))
        let response = await router.respond(to: request)
        return RouteAnswer(
            status: response.status, headers: response.headers, body: try await bytes(of: response.body))
    }
}

/// An answer with its body read.
struct RouteAnswer {
    var status: HTTPStatus
    var headers: HTTPHeaders
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The `data` of an answer of the API.
    var data: Any? {
        get throws { try object["data"] }
    }

    /// The answer as an object of JSON.
    var object: [String: Any] {
        get throws {
            try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
        }
    }
}

/// All bytes of a body.
func bytes(of body: ResponseBody) async throws -> [UInt8] {
    switch body {
    case .bytes(let bytes): return bytes
    case .fixed(let bytes): return Array(bytes.memory)
    case .file(let file):
        return Array(try FileHandle(fileDescriptor: file.descriptor).readToEnd() ?? Data())
    case .stream(let produce):
        let collector = Collector()
        try await produce(BodyWriter { await collector.add($0) })
        return await collector.bytes
    }
}

private actor Collector {
    var bytes: [UInt8] = []

    func add(_ more: [UInt8]) { bytes += more }
}

/// Undoes gzip with the system's own tool, which knows nothing of our encoder.
func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
    try run("/usr/bin/gzip", ["-dc"], input: bytes).output
}

/// Runs a program to its end.
func run(_ path: String, _ arguments: [String], input: [UInt8] = []) throws -> (
    output: [UInt8], error: String, code: Int32
) {
    let files = try TemporaryFolder()
    let source = files.path + "/input"
    let sink = files.path + "/output"
    let problems = files.path + "/error"
    try Data(input).write(to: URL(fileURLWithPath: source))
    for name in [sink, problems] { try Data().write(to: URL(fileURLWithPath: name)) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: source))
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: sink))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: problems))
    try process.run()
    process.waitUntilExit()
    return (
        Array(try Data(contentsOf: URL(fileURLWithPath: sink))),
        try String(contentsOfFile: problems, encoding: .utf8), process.terminationStatus
    )
}

/// A folder that is gone with its owner.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/vedette-http-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            Issue.record("cannot remove \(path): \(error)")
        }
    }
}
