import Exposition
import Model
import Store

/// Reads a text piece by piece and hands its samples to the importer.
final class ImportRun {
    /// How an import ended.
    enum Ending {
        case complete
        /// Somebody asked for it; the progress says where it can go on.
        case interrupted
    }

    private let importer: Importer
    private let format: ExpositionFormat
    private let skipsErrors: Bool
    private let name: String
    private let identity: String?
    private var meter: ImportMeter
    private var numbers = SeriesNumbers()
    /// The family that HELP, TYPE and UNIT lines speak of.
    private var family: FamilyMetadata?
    /// Samples that have been gathered and not committed.
    private var gathered = 0
    private var isEnded = false

    /// What has been committed.
    private(set) var progress: ImportProgress
    /// What was wrong with the first line that was left out.
    private(set) var firstSkipped: UserError?
    private var skipped = 0

    init(
        _ importer: Importer, format: ExpositionFormat, skipsErrors: Bool, name: String, identity: String?,
        from progress: ImportProgress, meter: ImportMeter
    ) {
        self.importer = importer
        self.format = format
        self.skipsErrors = skipsErrors
        self.name = name
        self.identity = identity
        self.progress = progress
        self.meter = meter
    }

    /// Imports everything that there is. What stands before a line that cannot be read is kept.
    func run(_ pieces: TextPieces) throws -> Ending {
        defer { meter.clear() }
        var line = progress.line
        var position = progress.position
        var isComplete = false
        while let piece = try pieces.next() {
            try read(piece, &line)
            position = piece.position + Int64(piece.body.count)
            isComplete = piece.isLast
            meter.show(position: position, samples: progress.samples + gathered)
        }
        try commit(upTo: position, line: line)
        if !isComplete { return .interrupted }
        if let identity { try importer.finish(identity) }
        return .complete
    }

    private func read(_ piece: TextPieces.Piece, _ line: inout Int) throws {
        if isEnded {
            if piece.body.count == 0 { return }
            throw UserError("cannot import: nothing may follow \"# EOF\"", at: Place(file: name, line: line, column: 1))
        }
        var reader = ExpositionReader(
            piece.body, format: format, mode: skipsErrors ? .salvaging : .lenient, file: name, isPiece: !piece.isLast)
        do {
            while let event = try reader.next() {
                if event.kind != .sample {
                    describe(event, piece.body)
                    continue
                }
                if importer.isFull {
                    skipped += reader.skippedLines
                    try commit(upTo: piece.position + Int64(reader.lineStart), line: line + event.line - 1)
                    skipped -= reader.skippedLines
                }
                do {
                    try take(event, piece.body)
                } catch let error as UserError {
                    if !skipsErrors { throw error }
                    skipped += 1
                    noteSkipped(error, line)
                }
            }
        } catch let error as UserError {
            try commit(upTo: piece.position + Int64(reader.lineStart), line: line + (error.place?.line ?? 1) - 1)
            throw moved(error, by: line - 1)
        }
        if let error = reader.firstSkipped { noteSkipped(error, line) }
        skipped += reader.skippedLines
        isEnded = reader.hasEnded
        line += reader.line - 1
    }

    private func take(_ event: ExpositionEvent, _ body: PaddedBytes) throws {
        guard let timestamp = event.timestamp else {
            throw mistake("the sample has no timestamp", at: event.value.upperBound, event, body)
        }
        guard Importer.canHold(timestamp) else {
            throw mistake("the time is before 1970 or after 2039", at: event.timestampToken.lowerBound, event, body)
        }
        guard let value = readNumber(body[event.value]) else {
            throw mistake("expected a number as the value", at: event.value.lowerBound, event, body)
        }
        importer.add(try number(of: event, body, timestamp), at: timestamp, value)
        gathered += 1
    }

    private func number(of event: ExpositionEvent, _ body: PaddedBytes, _ timestamp: Int64) throws -> Int64 {
        let text = body[event.text]
        if let known = numbers.find(text) { return known }
        let labels: Labels
        do throws(UserError) {
            labels = try readSeries(text)
        } catch {
            throw mistake(reason(of: error), at: event.text.lowerBound, event, body)
        }
        let number = try importer.series(labels, at: timestamp)
        numbers.add(text, number)
        return number
    }

    private func describe(_ event: ExpositionEvent, _ body: PaddedBytes) {
        let name = String(decoding: body[event.text], as: UTF8.self)
        let text = String(decoding: body[event.value], as: UTF8.self)
        var known: FamilyMetadata
        if let family, sameBytes(family.family, name) {
            known = family
        } else {
            known = FamilyMetadata(family: name, type: "unknown", help: "", unit: "")
        }
        switch event.kind {
        case .type: known.type = text
        case .help: known.help = text
        case .unit: known.unit = text
        case .sample: return
        }
        family = known
        importer.note(known)
    }

    private func commit(upTo position: Int64, line: Int) throws {
        var reached = progress
        reached.position = position
        reached.line = line
        reached.samples += gathered
        reached.skippedLines += skipped
        reached.added += try importer.commit { added in
            guard let identity else { return nil }
            var stored = reached
            stored.added += added
            return (stored, identity)
        }
        progress = reached
        gathered = 0
        skipped = 0
    }

    /// Notes what was wrong with a line of a piece that begins at `line`; the first one is remembered.
    private func noteSkipped(_ error: UserError, _ line: Int) {
        let error = moved(error, by: line - 1)
        if let firstSkipped, (firstSkipped.place?.line ?? 0) <= (error.place?.line ?? 0) { return }
        firstSkipped = error
    }

    /// An error of a line, with its place within the piece.
    private func mistake(_ reason: String, at offset: Int, _ event: ExpositionEvent, _ body: PaddedBytes) -> UserError {
        // A character is counted by its first byte.
        let before = body[0..<offset].reversed().prefix { $0 != UInt8(ascii: "\n") }
        let column = 1 + before.count { $0 & 0xc0 != 0x80 }
        return UserError("cannot import: \(reason)", at: Place(file: name, line: event.line, column: column))
    }

    private func reason(of error: UserError) -> String {
        let begin = "cannot read series: "
        return error.message.hasPrefix(begin) ? String(error.message.dropFirst(begin.count)) : error.message
    }

    /// The same error, where its piece begins on another line than the first.
    private func moved(_ error: UserError, by lines: Int) -> UserError {
        guard var place = error.place else { return error }
        place.line += lines
        return UserError(error.message, at: place)
    }
}
