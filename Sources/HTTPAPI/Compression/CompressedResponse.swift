import Model
import Synchronization

/// Below this many bytes the gzip header and the client's work outweigh what is saved.
private let worthCompressing = 1024

/// Answers are compressed once and for one reader: speed counts more than the last few per cent.
private let compressionLevel: Int32 = 1

/// An answer with its body compressed where the client takes that and it is worth it.
func compressed(_ response: HTTPResponse, for request: HTTPRequest) -> HTTPResponse {
    guard response.status.hasBody, isCompressible(response.headers["Content-Type"] ?? ""),
        response.headers["Content-Encoding"] == nil
    else { return response }
    var response = response
    // Whether or not this client gets it compressed: a cache in between must know that others may.
    response.headers.add("Vary", "Accept-Encoding")
    guard let field = request.headers.list("Accept-Encoding"), acceptsGzip(field) else { return response }
    switch response.body {
    case .bytes(let bytes) where bytes.count >= worthCompressing:
        guard let small = gzip(bytes) else { return response }
        response.body = .bytes(small)
    case .stream(let produce):
        response.body = .stream { writer in try await compress(produce, into: writer) }
    case .bytes, .fixed, .file:
        return response
    }
    response.headers.set("Content-Encoding", "gzip")
    return response
}

/// Bytes compressed at once; nil when there is no memory for it, and then they go as they are.
func gzip(_ bytes: [UInt8], level: Int32 = compressionLevel) -> [UInt8]? {
    do {
        let encoder = try GzipEncoder(level: level)
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count / 4 + 64)
        encoder.encode(bytes, into: &out, last: true)
        return out
    } catch {
        return nil
    }
}

/// Runs a producer with an encoder between it and the client.
private func compress(
    _ produce: @Sendable (BodyWriter) async throws -> Void, into writer: BodyWriter
) async throws {
    let encoder = EncoderBox(try GzipEncoder(level: compressionLevel))
    try await produce(BodyWriter { bytes in try await writer.write(encoder.encode(bytes, last: false)) })
    try await writer.write(encoder.encode([], last: true))
}

/// An encoder that a producer may use from wherever it runs.
private final class EncoderBox: Sendable {
    private let encoder: Mutex<GzipEncoder>

    init(_ encoder: sending GzipEncoder) { self.encoder = Mutex(encoder) }

    func encode(_ bytes: [UInt8], last: Bool) -> [UInt8] {
        encoder.withLock { encoder in
            var out: [UInt8] = []
            encoder.encode(bytes, into: &out, last: last)
            return out
        }
    }
}
