import CMicrohttpd
import Glibc

/// What the access log says about an answer.
struct SentAnswer: Sendable {
    var status = HTTPStatus(rawValue: 0)
    var length: Int64 = 0
    var stream: StreamedBody?

    /// The bytes of the body, as far as they have been given to the library.
    var bytes: Int64 { stream?.sent ?? length }
}

/// An answer as the library wants it.
struct LibraryResponse {
    let sent: SentAnswer
    private let pointer: OpaquePointer
    private let starts: Bool

    /// Nil when there is no memory for it.
    init?(
        _ response: HTTPResponse, for library: LibraryConnection, by core: ServerCore, sendsBody: Bool,
        closesConnection: Bool
    ) {
        var sent = SentAnswer(status: response.status)
        let made: OpaquePointer?
        switch response.body {
        case .bytes(let bytes):
            sent.length = Int64(bytes.count)
            // The one copy of a body: the library needs memory that stays, and an array does not promise it.
            made = bytes.withUnsafeBytes { responseFromBuffer($0, .RESPMEM_MUST_COPY) }
        case .fixed(let bytes):
            sent.length = Int64(bytes.memory.count)
            made = responseFromBuffer(bytes.memory, .RESPMEM_PERSISTENT)
        case .file(let file):
            sent.length = file.length
            // The library closes what it is given; the file keeps its own.
            let descriptor = dup(file.descriptor)
            made = descriptor < 0 ? nil : MHD_create_response_from_fd64(UInt64(max(0, file.length)), descriptor)
            if made == nil, descriptor >= 0 { close(descriptor) }
        case .stream(let produce):
            let body = StreamedBody(core, library, produce)
            sent.stream = body
            made = body.makeResponse()
        }
        guard let made else { return nil }
        pointer = made
        if !sendsBody { sent.length = 0 }
        starts = sendsBody
        self.sent = sent
        for field in response.headers.fields { MHD_add_response_header(made, field.name, field.value) }
        if closesConnection { MHD_add_response_header(made, "Connection", "close") }
    }

    /// Gives the answer to the library, which keeps it for as long as it needs it.
    func queue(on library: LibraryConnection, status: HTTPStatus) -> MHD_Result {
        defer { MHD_destroy_response(pointer) }
        let result = MHD_queue_response(library.pointer, UInt32(status.rawValue), pointer)
        if result == .YES, starts { sent.stream?.start() }
        return result
    }
}

private func responseFromBuffer(_ bytes: UnsafeRawBufferPointer, _ mode: MHD_ResponseMemoryMode) -> OpaquePointer? {
    // The library does not write to it, although its interface forgets to say so.
    MHD_create_response_from_buffer(bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), mode)
}
