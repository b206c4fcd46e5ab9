import Exposition
import Model
import Store

/// What is gathered while a body is read line by line.
struct ColdReading {
    /// A sample as it stands in the body. There may be a great many of them, for a moment.
    struct Line {
        var textStart: UInt32
        var textLength: UInt32
        /// The time of its own, if it has one that counts.
        var own: Int64?

        var text: Range<Int> { Int(textStart)..<Int(textStart) + Int(textLength) }
    }

    /// A sample that is stored at a time of its own.
    struct OwnSample {
        var column: Int64
        var time: Int64
        var token: Int
    }

    var cache: ColumnCache
    var lines: [Line] = []
    /// Where each token goes; nil where it is dropped, or has a time of its own.
    var columns: [TargetAppender.Column?] = []
    /// The newest time of each series that came with a time of its own, by its packed column.
    var ownTimes: [Int64: Int64] = [:]
    var own: [OwnSample] = []
    var outcome = IntakeOutcome()
    var families: [String: FamilyMetadata] = [:]
    /// The first limit that was exceeded.
    private(set) var limitExceeded: String?
    private var first = ""

    init(cache: ColumnCache) { self.cache = cache }

    /// Counts samples that were left out, and names the first of them.
    mutating func leaveOut(
        _ reason: LeftOut, count: Int = 1, _ sentence: String? = nil, _ text: UnsafeRawBufferPointer? = nil
    ) {
        let sentence = sentence ?? reason.sentence
        if first.isEmpty { first = text.map { "\(sentence): \(shortened($0))" } ?? sentence }
        outcome.leftOut[reason, default: 0] += count
    }

    /// Counts a sample that was left out for a limit of the job.
    mutating func exceed(_ limit: LeftOut, _ sentence: String, _ text: UnsafeRawBufferPointer) {
        if limitExceeded == nil { limitExceeded = "\(sentence): \(shortened(text))" }
        leaveOut(limit, sentence, text)
    }

    /// What is said on the target about it: how many, why, and the first one.
    var note: String {
        let count = outcome.leftOut.values.reduce(0, +)
        return count == 0 ? "" : "\(count) samples left out; \(first)"
    }
}

/// The beginning of a series text, to be shown.
func shortened(_ text: UnsafeRawBufferPointer) -> String {
    let shown = String(decoding: text.prefix(200), as: UTF8.self)
    return text.count > 200 ? shown + "…" : shown
}
