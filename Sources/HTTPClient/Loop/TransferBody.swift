/// The body of one answer: gathered up to a limit, decompressed on the way; or handed on piece by piece.
final class TransferBody {
    /// What the head says of the body that follows it.
    struct Announcement {
        /// `Content-Encoding`, if there is one.
        var coding: String?
        /// The length as it comes over the wire; -1 where the head does not give it.
        var length: Int
    }

    /// What became of a piece.
    enum Step {
        case taken
        /// The receiver wants it again later.
        case paused
        case ended(Transfer.Verdict)
    }

    private let buffers: BufferPool
    /// The bytes so far, from the first on, and how many were taken.
    private var gathered: ByteBuffer?
    private var count = 0
    /// Undoes compression; made for the first compressed body and kept.
    private var decoder: BodyDecoder?
    /// Whether the body is compressed; nil before its first byte.
    private var isCompressed: Bool?

    init(buffers: BufferPool) {
        self.buffers = buffers
    }

    /// Forgets the body, keeps the memory.
    func clear() {
        if let gathered { buffers.give(gathered) }
        gathered = nil
        count = 0
        isCompressed = nil
    }

    /// Whether a byte of it has come.
    var hasBegun: Bool { isCompressed != nil }

    /// The gathered bytes with their padding; nil when there is no memory.
    func padded() -> UnsafeRawBufferPointer? {
        buffer.padded(by: HTTPTransferResult.padding)
    }

    /// Takes a piece.
    func take(
        _ bytes: UnsafeRawBufferPointer, _ request: HTTPRequest, _ onBody: ((UnsafeRawBufferPointer) -> BodyStep)?,
        _ announcement: @autoclosure () -> Announcement
    ) -> Step {
        // What the head says is looked up once: a body comes in many pieces.
        if isCompressed == nil, let end = begin(request, announcement(), isGathered: onBody == nil) {
            return .ended(end)
        }
        if isCompressed == true { return decode(bytes, request) }
        if let limit = request.bodyLimit, bytes.count > limit - count {
            if onBody == nil, request.keepsBodyToLimit, limit > count {
                _ = gather(UnsafeRawBufferPointer(rebasing: bytes.prefix(limit - count)))
            }
            return .ended(.bodyTooLarge)
        }
        guard let onBody else { return gather(bytes) }
        switch onBody(bytes) {
        case .pause: return .paused
        case .abort: return .ended(.aborted)
        case .proceed:
            count += bytes.count
            return .taken
        }
    }

    /// Why the body is not whole although nothing more comes; nil when it is. Of a body without bytes the head is asked
    /// whether it should have had some.
    func shortcoming(_ request: HTTPRequest, _ announcement: Announcement, isGathered: Bool) -> Transfer.Verdict? {
        if isCompressed == nil, let end = begin(request, announcement, isGathered: isGathered) { return end }
        return isCompressed == true && decoder?.isWhole != true ? .compressionCutOff : nil
    }

    /// Looks at what the head says. Answers why the body is not wanted, if it is not.
    private func begin(_ request: HTTPRequest, _ announcement: Announcement, isGathered: Bool) -> Transfer.Verdict? {
        isCompressed = false
        if request.acceptsCompression, let name = announcement.coding?.lowercased() {
            return isGathered ? beginDecoding(name) : nil
        }
        if let limit = request.bodyLimit, announcement.length > limit, !request.keepsBodyToLimit {
            return .bodyTooLarge
        }
        guard isGathered else { return nil }
        // The declared length saves growing in steps, but is a stranger's word: no more than this for it.
        let expected = min(max(announcement.length, 0), 4 << 20) + HTTPTransferResult.padding
        return buffer.reserve(expected) ? nil : .outOfMemory
    }

    private func beginDecoding(_ name: String) -> Transfer.Verdict? {
        let coding: BodyCoding
        switch name {
        case "", "identity": return nil
        case "gzip", "x-gzip": coding = .gzip
        case "deflate": coding = .deflate
        default:
            // A stranger's word, to be shown.
            let shown = name.unicodeScalars.filter { (" "..."~").contains($0) }.prefix(40)
            return .unknownCompression(String(String.UnicodeScalarView(shown)))
        }
        if decoder?.begin(coding) != true { decoder = BodyDecoder(coding) }
        guard decoder != nil else { return .outOfMemory }
        isCompressed = true
        return nil
    }

    private var buffer: ByteBuffer {
        let buffer = gathered ?? buffers.take()
        gathered = buffer
        return buffer
    }

    private func decode(_ bytes: UnsafeRawBufferPointer, _ request: HTTPRequest) -> Step {
        switch decoder?.decode(bytes, into: buffer, limit: request.bodyLimit ?? Int.max) {
        case .taken: .taken
        case .damaged: .ended(.compressionDamaged)
        case .tooLarge: .ended(.bodyTooLarge)
        case .outOfMemory, nil: .ended(.outOfMemory)
        }
    }

    private func gather(_ bytes: UnsafeRawBufferPointer) -> Step {
        guard buffer.append(bytes) else { return .ended(.outOfMemory) }
        count += bytes.count
        return .taken
    }
}
