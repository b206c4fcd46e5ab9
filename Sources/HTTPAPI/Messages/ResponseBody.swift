import Glibc

/// What follows the headers of an answer.
public enum ResponseBody: Sendable {
    /// Bytes made for this answer.
    case bytes([UInt8])
    /// Bytes that live as long as the program and are sent from where they are.
    case fixed(FixedBytes)
    /// A file from its beginning, sent by the kernel.
    case file(OpenFile)
    /// Bytes written while they are sent: the writer waits whenever the client is slower, so that memory stays bounded.
    /// The producer's task is cancelled when the client leaves; when it throws, the answer ends without its proper end.
    case stream(@Sendable (BodyWriter) async throws -> Void)
}

/// Bytes that are part of the program: they are never freed and never change.
public struct FixedBytes: @unchecked Sendable {
    // Sendable: the memory is constant data of the program, by the promise of the initialiser.
    let memory: UnsafeRawBufferPointer

    /// Bytes of which the caller promises that they stay and never change.
    public init(immortal memory: UnsafeRawBufferPointer) { self.memory = memory }

    /// The bytes of a literal.
    public init(_ text: StaticString) {
        // A literal of one scalar has no memory of its own; nobody answers with one.
        memory =
            text.hasPointerRepresentation
            ? UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
            : UnsafeRawBufferPointer(start: nil, count: 0)
    }
}

/// A file that is open for reading, and is closed when nobody holds it any more.
public final class OpenFile: Sendable {
    /// The kernel's number for it.
    public let descriptor: Int32
    /// Its length in bytes when it was handed over.
    public let length: Int64

    /// Takes over an open descriptor.
    public init(descriptor: Int32, length: Int64) {
        self.descriptor = descriptor
        self.length = length
    }

    deinit { close(descriptor) }
}

/// Where the producer of a streamed answer puts its bytes.
public struct BodyWriter: Sendable {
    private let sink: @Sendable ([UInt8]) async throws -> Void

    init(_ sink: @escaping @Sendable ([UInt8]) async throws -> Void) { self.sink = sink }

    /// Sends bytes, and waits while too many are on their way. Chunks of 16 KiB and more keep the cost a byte low. Throws
    /// when the client has left.
    public func write(_ bytes: [UInt8]) async throws {
        if !bytes.isEmpty { try await sink(bytes) }
    }
}
