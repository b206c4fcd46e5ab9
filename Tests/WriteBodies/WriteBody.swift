import CSnappy
import Model

/// A little encoder of remote writes: as sound, or as broken, as a test wants them.
public struct WriteBody {
    /// The message so far.
    public private(set) var message: [UInt8] = []

    /// An empty message.
    public init() {}

    /// A message of series.
    public init(_ series: [([(String, String)], [Sample])]) {
        for (labels, samples) in series { add(labels, samples) }
    }

    /// Adds a series, its labels as they are given.
    public mutating func add(_ labels: [(String, String)], _ samples: [Sample], extra: [UInt8] = []) {
        var series: [UInt8] = []
        for (name, value) in labels {
            series += delimited(1, delimited(1, Array(name.utf8)) + delimited(2, Array(value.utf8)))
        }
        for sample in samples { series += delimited(2, sampleMessage(sample)) }
        message += delimited(1, series + extra)
    }

    /// Adds what is said about a family.
    public mutating func add(metadata type: UInt64, _ family: String, help: String, unit: String = "") {
        message += delimited(
            3,
            varint(1 << 3) + varint(type) + delimited(2, Array(family.utf8)) + delimited(4, Array(help.utf8))
                + delimited(5, Array(unit.utf8)))
    }

    /// Adds bytes as they are.
    public mutating func add(raw bytes: [UInt8]) { message += bytes }

    /// The message as the body of a request.
    public var packed: [UInt8] { snappy(message) }
}

/// A block of snappy.
public func snappy(_ bytes: [UInt8]) -> [UInt8] {
    let room = snappy_max_compressed_length(bytes.count)
    return [UInt8](unsafeUninitializedCapacity: room) { output, count in
        var length = room
        bytes.withUnsafeBytes { input in
            output.withMemoryRebound(to: CChar.self) { output in
                _ = snappy_compress(
                    input.assumingMemoryBound(to: CChar.self).baseAddress, input.count, output.baseAddress, &length)
            }
        }
        count = length
    }
}

/// A whole number as protobuf writes it.
public func varint(_ number: UInt64) -> [UInt8] {
    var rest = number
    var bytes: [UInt8] = []
    while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
    }
    return bytes + [UInt8(rest)]
}

/// A field of bytes with its length.
public func delimited(_ number: UInt64, _ bytes: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(bytes.count)) + bytes
}

/// A sample as a message.
public func sampleMessage(_ sample: Sample) -> [UInt8] {
    var bytes = varint(1 << 3 | 1)
    withUnsafeBytes(of: sample.value.bitPattern.littleEndian) { bytes += $0 }
    return bytes + varint(2 << 3) + varint(UInt64(bitPattern: sample.timestamp))
}
