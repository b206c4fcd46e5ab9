import Exposition
import Model
import Store

/// What is gathered while a body is read line by line.
struct ColdReading {
    var cache: ColumnCache
    var tokens: [SampleToken] = []
    /// Where each token goes; nil where it is dropped, or has a time of its own.
    var columns: [TargetAppender.Column?] = []
    /// The series that came with times of their own.
    var timestamped: [TargetAppender.Column] = []
    var kept = 0
    var families: [String: FamilyMetadata] = [:]
    /// The number of samples left out, by reason.
    private(set) var leftOut: [String: Int] = [:]
    /// The first limit that was exceeded.
    private(set) var limitExceeded: String?
    private var first = ""

    init(cache: ColumnCache) { self.cache = cache }

    /// Counts samples that were left out, and names the first of them.
    mutating func leaveOut(_ count: Int, _ reason: String, _ text: UnsafeRawBufferPointer?) {
        if first.isEmpty { first = text.map { "\(reason): \(shortened($0))" } ?? reason }
        leftOut[reason.split(separator: " ").prefix(while: { Int($0) == nil }).joined(separator: "_"), default: 0] +=
            count
    }

    /// Counts a sample that was left out for a limit of the job.
    mutating func exceed(_ limit: String, _ text: UnsafeRawBufferPointer) {
        if limitExceeded == nil { limitExceeded = "\(limit): \(shortened(text))" }
        leaveOut(1, limit, text)
    }

    /// What is said on the target about it: how many, why, and the first one.
    var note: String {
        let count = leftOut.values.reduce(0, +)
        return count == 0 ? "" : "\(count) samples left out; \(first)"
    }
}

private func shortened(_ text: UnsafeRawBufferPointer) -> String {
    let shown = String(decoding: text.prefix(200), as: UTF8.self)
    return text.count > 200 ? shown + "…" : shown
}
