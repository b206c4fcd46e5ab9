import Exposition
import Glibc
import Model

/// Reads a text of any size in pieces of whole lines. Only the last piece may end within one, and is there even when it is
/// empty.
final class TextPieces {
    /// A piece, valid until the next one is asked for.
    struct Piece {
        let body: PaddedBytes
        /// Where it begins in the text.
        let position: Int64
        /// Nothing follows it.
        let isLast: Bool
    }

    private static let usualSize = 1 << 20
    private static let longestLine = 64 << 20
    private static let waitMilliseconds: Int32 = 200

    private let descriptor: Int32
    private let name: String
    private var buffer: UnsafeMutableRawBufferPointer
    /// The end of what has been read into the buffer.
    private var end = 0
    private let isCancelled: () -> Bool
    private var position: Int64
    private var isAtEnd = false
    private var isDone = false

    /// A reader of what comes from a descriptor, which stands at `position`. When it is cancelled no more pieces come, also
    /// where it would have to wait for one.
    init(_ descriptor: Int32, name: String, position: Int64, isCancelled: @escaping () -> Bool = { false }) {
        self.descriptor = descriptor
        self.name = name
        self.position = position
        self.isCancelled = isCancelled
        buffer = .allocate(byteCount: Self.usualSize + PaddedBytes.padding, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// The next piece; nil behind the last one, and when it is cancelled.
    func next() throws(UserError) -> Piece? {
        if isDone { return nil }
        var lineEnd: Int?
        makeRoom()
        while !isAtEnd {
            if isCancelled() { return nil }
            if end == capacity {
                lineEnd = lastLineEnd()
                if lineEnd != nil { break }
                try grow()
            }
            try fill()
        }
        guard let lineEnd else {
            isDone = true
            return piece(to: end, isLast: true)
        }
        return piece(to: lineEnd, isLast: false)
    }

    private var capacity: Int { buffer.count - PaddedBytes.padding }

    private func piece(to pieceEnd: Int, isLast: Bool) -> Piece? {
        guard let base = buffer.baseAddress else { return nil }
        // The reader wants zeros behind the body; the lines there are kept at the end of the room meanwhile.
        rest = Array(buffer[pieceEnd..<end])
        memset(base + pieceEnd, 0, PaddedBytes.padding)
        let piece = Piece(
            body: PaddedBytes(start: UnsafeRawPointer(base), count: pieceEnd), position: position,
            isLast: isLast)
        position += Int64(pieceEnd)
        end = 0
        return piece
    }

    /// What has been read behind the piece that was handed out.
    private var rest: [UInt8] = []

    private func makeRoom() {
        buffer.copyBytes(from: rest)
        end = rest.count
        rest = []
    }

    private func lastLineEnd() -> Int? {
        buffer[..<end].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
    }

    private func grow() throws(UserError) {
        if capacity >= Self.longestLine {
            throw UserError("cannot read \(name): a line is longer than \(Self.longestLine >> 20) MB")
        }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: 2 * capacity + PaddedBytes.padding, alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<end]))
        buffer.deallocate()
        buffer = larger
    }

    private func fill() throws(UserError) {
        // A signal does not end a read in this thread.
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        if poll(&wanted, 1, Self.waitMilliseconds) == 0 { return }
        let taken = read(descriptor, buffer.baseAddress.map { $0 + end }, capacity - end)
        if taken == 0 {
            isAtEnd = true
        } else if taken > 0 {
            end += taken
        } else if errno != EINTR {
            throw UserError("cannot read \(name): \(String(cString: strerror(errno)))")
        }
    }
}
