import Glibc
import Model

/// What stays the same from one scrape of a target to the next: every byte between the values.
///
/// A target answers with the same names, labels and comments again and again; only the numbers change. After a cold read
/// the bytes between the numbers are kept here, and the next body is compared with them gap by gap. Where all of them
/// match, the values are found without reading names or labels; at the first difference the cold reader takes over.
///
/// A layout says where the tokens are, not that they are numbers: whoever reads the values has to look at each byte of
/// them anyway. Of a body whose tokens all are numbers the cold reader would have found the same tokens.
///
/// Timestamps may change like values. Exemplars are part of the gaps: a body whose exemplars change is read cold.
public struct ScrapeLayout {
    /// The gaps one behind the other, the bytes behind the last token at the end.
    private var skeleton: [UInt8] = []
    /// The length of each gap before a token. The highest bit says that the token is the timestamp of the sample before.
    private var gaps: [UInt32] = []
    /// The number of samples.
    public private(set) var sampleCount = 0
    /// Whether the layout was taken down to the end of a body and can be compared with.
    public private(set) var isComplete = false
    /// Whether every token recorded so far could be told from its gap.
    private var isRecordable = true
    /// Where the next gap begins in the body being recorded.
    private var recordedTo = 0

    private static var timestampFlag: UInt32 { 0x8000_0000 }

    /// No layout: matches nothing.
    public init() {}

    /// Forgets what was kept, and begins to record the body that the cold reader is about to read.
    public mutating func begin() {
        skeleton.removeAll(keepingCapacity: true)
        gaps.removeAll(keepingCapacity: true)
        sampleCount = 0
        recordedTo = 0
        isRecordable = true
        isComplete = false
    }

    /// Records one sample that the cold reader found. Every sample must be recorded, in order, those that are dropped too.
    public mutating func record(_ sample: ExpositionEvent, of body: PaddedBytes) {
        guard sample.kind == .sample else { return }
        // `up+1` is a sample, of which `up21` is not another value: such a value has no place of its own.
        if sample.value.lowerBound == sample.text.upperBound, body[sample.text].last != UInt8(ascii: "}") {
            isRecordable = false
        }
        // Nearly all of a body is kept: the first sample makes room for it, once.
        if sampleCount == 0 { skeleton.reserveCapacity(body.count) }
        recordGap(to: sample.value, flag: 0, of: body)
        if !sample.timestampToken.isEmpty { recordGap(to: sample.timestampToken, flag: Self.timestampFlag, of: body) }
        sampleCount += 1
    }

    private mutating func recordGap(to token: Range<Int>, flag: UInt32, of body: PaddedBytes) {
        let gap = body[min(recordedTo, token.lowerBound)..<token.lowerBound]
        gaps.append(UInt32(truncatingIfNeeded: gap.count) & ~Self.timestampFlag | flag)
        skeleton.append(contentsOf: gap)
        recordedTo = token.upperBound
    }

    /// Ends the recording: the cold reader has come to the end of the body without an error.
    public mutating func complete(_ body: PaddedBytes) {
        guard isRecordable, body.count <= Int(UInt32.max >> 1) else { return }
        skeleton.append(contentsOf: body[min(recordedTo, body.count)..<body.count])
        // Arrays grow by doubling: what is kept for as long as the target lives is cut to its size.
        if gaps.capacity > gaps.count + gaps.count / 8 { gaps = gaps.withUnsafeBufferPointer { Array($0) } }
        if skeleton.capacity > skeleton.count + skeleton.count / 8 {
            skeleton = skeleton.withUnsafeBufferPointer { Array($0) }
        }
        isComplete = true
    }

    /// Lets go of its own copy where another target has the same layout: replicas of a program often do.
    public mutating func share(through pool: LayoutPool) {
        guard isComplete else { return }
        (skeleton, gaps) = pool.common(skeleton, gaps)
    }

    /// How much memory it holds.
    public var byteCount: Int { skeleton.capacity + gaps.capacity * MemoryLayout<UInt32>.stride }

    /// Compares a body with the layout. True when it matches: then there is one token a sample, in order. False otherwise,
    /// and what is in `tokens` means nothing.
    public func match(_ body: PaddedBytes, into tokens: inout [SampleToken]) -> Bool {
        guard isComplete, body.count <= Int(UInt32.max >> 1) else { return false }
        // The memory is kept: one array may serve the layouts of many targets in turn.
        if tokens.count > sampleCount { tokens.removeLast(tokens.count - sampleCount) }
        if tokens.count < sampleCount {
            let missing = sampleCount - tokens.count
            tokens.append(contentsOf: repeatElement(SampleToken(start: 0, length: 0), count: missing))
        }
        return tokens.withUnsafeMutableBufferPointer { out in
            skeleton.withUnsafeBytes { skeleton in
                gaps.withUnsafeBufferPointer { gaps in
                    compare(body, skeleton, gaps, out)
                }
            }
        }
    }

    private func compare(
        _ body: PaddedBytes, _ skeleton: UnsafeRawBufferPointer, _ gaps: UnsafeBufferPointer<UInt32>,
        _ out: UnsafeMutableBufferPointer<SampleToken>
    ) -> Bool {
        let base = body.start
        var at = 0
        var kept = 0
        var sample = -1
        for gap in gaps {
            let length = Int(gap & ~Self.timestampFlag)
            guard length <= body.count - at, matches(base + at, skeleton, kept, length) else { return false }
            kept += length
            at += length
            let start = at
            at = tokenEnd(base, from: at)
            guard at > start, at <= body.count else { return false }
            if gap & Self.timestampFlag == 0 {
                guard let size = UInt16(exactly: at - start) else { return false }
                sample += 1
                out[sample] = SampleToken(start: UInt32(truncatingIfNeeded: start), length: size)
            } else {
                guard let size = UInt8(exactly: at - start), let distance = UInt8(exactly: length) else { return false }
                out[sample].gap = distance
                out[sample].timestampLength = size
            }
        }
        let rest = skeleton.count - kept
        return rest == body.count - at && matches(base + at, skeleton, kept, rest)
    }

    @inline(__always)
    private func matches(_ bytes: UnsafeRawPointer, _ skeleton: UnsafeRawBufferPointer, _ kept: Int, _ length: Int)
        -> Bool
    {
        guard let expected = skeleton.baseAddress else { return length == 0 }
        return memcmp(bytes, expected + kept, length) == 0
    }

    /// The first byte that is a space, a control character or the padding: a token ends before each of them.
    @inline(__always)
    private func tokenEnd(_ base: UnsafeRawPointer, from: Int) -> Int {
        var at = from
        while true {
            let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let marks = (word &- 0x2121_2121_2121_2121) & ~word & 0x8080_8080_8080_8080
            if marks != 0 { return at &+ (marks.trailingZeroBitCount &>> 3) }
            at &+= 8
        }
    }
}
