/// What a sender's text of a series is known by: 128 bits of a hash that is keyed anew in every process. The texts need not
/// be kept, and nobody outside can make two of them meet.
struct SeriesPrint: Hashable {
    private let first: UInt64
    private let second: UInt64

    init(_ text: UnsafeRawBufferPointer) {
        var hasher = Hasher()
        hasher.combine(bytes: text)
        first = UInt64(bitPattern: Int64(hasher.finalize()))
        hasher = Hasher()
        hasher.combine(first)
        hasher.combine(bytes: text)
        second = UInt64(bitPattern: Int64(hasher.finalize()))
    }

    func hash(into hasher: inout Hasher) { hasher.combine(first) }
}
