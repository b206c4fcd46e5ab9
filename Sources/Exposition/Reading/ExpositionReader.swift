import Glibc
import Model

/// What the reader makes of lines that are not as they should be.
public enum ReadingMode: Sendable, Hashable {
    /// Every line has to follow the format's own grammar.
    case strict
    /// What Prometheus scrapes is read; the first line that it would not take is an error. Three things are read that
    /// Prometheus refuses: lines that end with CR LF, blanks before a name in the text format, and hexadecimal floats,
    /// which the text format promises.
    case lenient
    /// Like `lenient`, but a line that cannot be read is left out and counted, and the reading goes on. A quoted text ends on
    /// its line here, so that a missing quote costs one line. A missing `# EOF` is still an error, at the end.
    case salvaging
}

/// Reads an exposition line by line, without making a string of anything.
///
/// It checks lines, one by one: that families stay together, that histograms are complete and the like is the business
/// of `checkExposition`.
public struct ExpositionReader {
    /// The form that is read.
    public let format: ExpositionFormat
    /// What is made of invalid lines.
    public let mode: ReadingMode
    /// The file's name for the places in errors.
    public var file: String?
    /// How many invalid lines have been left out (only in `salvaging`).
    public private(set) var skippedLines = 0
    /// What was wrong with the first of them.
    public private(set) var firstSkipped: UserError?
    /// Whether the text goes on behind the body: then its end is not missed. Pieces end with a line.
    public let isPiece: Bool
    /// Where the line begins that was read last, or is wrong.
    public internal(set) var lineStart = 0
    /// The line it is on, from 1.
    public internal(set) var line = 1
    /// Whether OpenMetrics' `# EOF` was read.
    public internal(set) var hasEnded = false

    let body: PaddedBytes
    let base: UnsafeRawPointer
    let count: Int
    let labelRules: LabelRules
    /// The next byte to look at: always the first of a line when `next` begins.
    var at = 0
    private var isDone = false

    /// A reader at the start of a body, which must stay where it is for as long as the reader is used.
    public init(
        _ body: PaddedBytes, format: ExpositionFormat, mode: ReadingMode = .lenient, file: String? = nil,
        isPiece: Bool = false
    ) {
        self.body = body
        self.format = format
        self.mode = mode
        self.file = file
        self.isPiece = isPiece
        self.base = body.start
        self.count = body.count
        let isText = format == .text
        self.labelRules = LabelRules(
            blanks: isText, commas: !isText || mode == .strict, trailingComma: isText || mode != .strict,
            newlines: isText && mode == .lenient && !isPiece, knownEscapes: isText && mode == .strict, metricName: true)
    }

    /// The next line that means something; nil at the end. After an error the reader is at its end.
    public mutating func next() throws(UserError) -> ExpositionEvent? {
        while !isDone {
            do throws(ReadingFault) {
                let event = format == .text ? try nextInText() : try nextInOpenMetrics()
                if event == nil { isDone = true }
                return event
            } catch {
                try handle(error)
            }
        }
        return nil
    }

    private mutating func handle(_ fault: ReadingFault) throws(UserError) {
        guard mode == .salvaging, !isEndOfDocument(fault) else {
            isDone = true
            throw fault.error(in: body, file: file)
        }
        // Only the first is put into words: finding its place takes a walk through the body.
        if firstSkipped == nil { firstSkipped = fault.error(in: body, file: file) }
        skippedLines += 1
        at = lineStart
        skipRestOfLine()
    }

    private func isEndOfDocument(_ fault: ReadingFault) -> Bool {
        switch fault.reason {
        case .missingEOF, .afterEOF: true
        default: false
        }
    }

    /// Goes behind the next line feed.
    mutating func skipRestOfLine() {
        at = lineFeed(from: at)
        if at < count {
            at += 1
            line += 1
        }
    }

    /// The next line feed, or the end.
    @inline(__always)
    func lineFeed(from: Int) -> Int {
        guard from < count, let found = memchr(base + from, Int32(UInt8(ascii: "\n")), count - from) else {
            return count
        }
        return base.distance(to: UnsafeRawPointer(found))
    }

    @inline(__always)
    func byte(_ offset: Int) -> UInt8 {
        base.load(fromByteOffset: offset, as: UInt8.self)
    }

    /// Whether the line ends here: at a line feed, at CR LF, or at the end. `endLine` says whether it may.
    @inline(__always)
    func isLineEnd(_ offset: Int) -> Bool {
        let byte = byte(offset)
        if byte == UInt8(ascii: "\n") { return true }
        if byte > UInt8(ascii: "\r") { return false }
        return isUncommonLineEnd(offset)
    }

    @inline(never)
    private func isUncommonLineEnd(_ offset: Int) -> Bool {
        if offset >= count { return true }
        return byte(offset) == UInt8(ascii: "\r") && (byte(offset + 1) == UInt8(ascii: "\n") || offset + 1 == count)
    }

    /// Goes over the end of a line, which must stand at `offset`.
    @inline(__always)
    mutating func endLine(_ offset: Int) throws(ReadingFault) {
        if byte(offset) == UInt8(ascii: "\n") {
            at = offset &+ 1
            line &+= 1
        } else {
            try endLineUncommonly(offset)
        }
    }

    @inline(never)
    private mutating func endLineUncommonly(_ offset: Int) throws(ReadingFault) {
        guard isUncommonLineEnd(offset) else { throw ReadingFault(.lineEnd, at: offset) }
        if offset < count {
            if mode == .strict { throw ReadingFault(.carriageReturn, at: offset) }
            at = min(offset + 2, count)
            line += 1
            return
        }
        at = count
        if format == .openMetrics { throw ReadingFault(.missingEOF, at: count) }
        if mode == .strict { throw ReadingFault(.noFinalNewline, at: count) }
    }
}
