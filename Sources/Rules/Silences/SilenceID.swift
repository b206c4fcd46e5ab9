import Model

/// A name for a new silence, as Alertmanager has them: a random UUID.
public func newSilenceID() -> String {
    var generator = SystemRandomNumberGenerator()
    var bits = UInt128(generator.next() as UInt64) << 64 | UInt128(generator.next() as UInt64)
    // The version 4 and the variant of RFC 9562.
    bits = bits & ~(0xf << 76) | 0x4 << 76
    bits = bits & ~(0b11 << 62) | 0b10 << 62
    return uuidText(bits)
}

/// The name of a silence of the configuration: the same for as long as it mutes the same from the same time on, through every
/// restart, so that the history goes on speaking of one silence.
func configuredSilenceID(_ matchers: MatcherSet, from: Int64) -> String {
    let parts = matchers.matchers.map(\.description).sorted(by: bytesPrecede) + [String(from)]
    // FNV-1a: nobody gains anything from two silences of one name in a file of their own.
    var hash: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
    for byte in parts.joined(separator: "\u{0}").utf8 {
        hash = (hash ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b
    }
    // Version 8 is for hashes of one's own.
    hash = hash & ~(0xf << 76) | 0x8 << 76
    hash = hash & ~(0b11 << 62) | 0b10 << 62
    return uuidText(hash)
}

private func uuidText(_ bits: UInt128) -> String {
    let digits = String(bits, radix: 16)
    let padded = Array((String(repeating: "0", count: max(0, 32 - digits.utf8.count)) + digits).utf8)
    let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(decoding: padded[$0], as: UTF8.self) }
    return groups.joined(separator: "-")
}
