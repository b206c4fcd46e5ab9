import Model

/// `{"status":"success","data":…}` where the data has a long list in it: written piece by piece as it is sent, so that no answer
/// is in memory as a whole.
struct PiecewiseAnswer: Sendable {
    /// Writes what comes before the list.
    var opening: @Sendable (inout JSONWriter) -> Void = { _ in }
    /// How long the list is.
    var count: Int
    /// How many elements are made at a time, where one by one would be slow.
    var stride = 1
    /// Writes some elements of the list.
    var elements: @Sendable (Range<Int>, inout JSONWriter) throws -> Void
    /// Writes what comes behind the list.
    var closing: @Sendable (inout JSONWriter) -> Void = { _ in }
    /// What else is to be said.
    var notes = APINotes()

    /// Gives the whole answer, piece by piece.
    func forEachPiece(_ body: ([UInt8]) throws -> Void) throws {
        var pieces = Pieces(answer: self)
        while !pieces.isOver { try body(try pieces.next()) }
    }

    /// Sent as it is when it is short, else as a stream.
    func response() throws -> HTTPResponse {
        var pieces = Pieces(answer: self)
        let first = try pieces.next()
        if pieces.isOver { return .json(first) }
        let rest = pieces
        return HTTPResponse(
            headers: ["Content-Type": "application/json"],
            body: .stream { writer in
                var pieces = rest
                try await writer.write(first)
                while !pieces.isOver { try await writer.write(try pieces.next()) }
            })
    }
}

/// Goes through an answer.
private struct Pieces {
    private static let size = 64 * 1024

    private let answer: PiecewiseAnswer
    private var json = JSONWriter(capacity: 1024)
    private var at = 0
    private(set) var isOver = false

    init(answer: PiecewiseAnswer) {
        self.answer = answer
        json.beginObject()
        json.member("status", "success")
        json.key("data")
        answer.opening(&json)
        json.beginArray()
    }

    /// The next bytes.
    mutating func next() throws -> [UInt8] {
        while at < answer.count, json.bytes.count < Self.size {
            let end = min(answer.count, at + max(1, answer.stride))
            try answer.elements(at..<end, &json)
            at = end
        }
        if at == answer.count {
            json.endArray()
            answer.closing(&json)
            answer.notes.write(to: &json)
            json.endObject()
            isOver = true
        }
        return json.takeBytes()
    }
}

/// What is said about an answer besides it.
struct APINotes: Sendable {
    /// What may be wrong with it.
    var warnings: [String] = []
    /// What may explain it.
    var infos: [String] = []

    /// That only the first results are shown.
    static let truncated = "results truncated due to limit"

    /// Writes the members of the answer's object; those that have nothing to say are left out.
    func write(to json: inout JSONWriter) {
        write("warnings", warnings, "warning", to: &json)
        write("infos", infos, "info", to: &json)
    }

    private func write(_ name: String, _ notes: [String], _ kind: String, to json: inout JSONWriter) {
        if notes.isEmpty { return }
        let most = 10
        json.key(name)
        json.array { json in
            for note in notes.prefix(most) { json.value(note) }
            if notes.count > most { json.value("\(notes.count - most) more \(kind) annotations omitted") }
        }
    }
}
