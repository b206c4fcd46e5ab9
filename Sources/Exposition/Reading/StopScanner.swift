import CPlatform

/// Goes from one byte that may end something (a quote, a backslash, a control character, a byte above ASCII) to the next.
///
/// Sixty-four bytes are looked at together, and their stops are taken off a mask of bits one after the other. What makes
/// this fast is less the width than that the place of a stop does not have to be known to begin the search for the next:
/// the processor works on several of them at a time.
///
/// The padding behind a body is full of stops, so that a scanner which begins within the body does not get past it as
/// long as it is not asked again after a stop at the end.
struct StopScanner {
    private let base: UnsafeRawPointer
    private var block: Int
    private var mask: UInt64

    /// A scanner whose first stop is the first one from here.
    @inline(__always)
    init(_ base: UnsafeRawPointer, from: Int) {
        self.base = base
        block = from
        mask = platform_stop_mask(base + from)
    }

    /// The next stop.
    @inline(__always)
    mutating func next() -> Int {
        while mask == 0 {
            block &+= 64
            mask = platform_stop_mask(base + block)
        }
        let stop = block &+ mask.trailingZeroBitCount
        mask &= mask &- 1
        return stop
    }
}
