import Model

/// A series of a request, where it lies in the message. It is good for as long as the call lasts that it was handed to.
public struct ReceivedSeries: ~Copyable {
    private let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Calls `body` with the bytes that say which series it is: they are the same whenever a sender sends it again.
    public func withLabelText<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        var reader = ProtobufReader(bytes)
        var end = 0
        while let (number, wire) = try reader.field(), number == 1 {
            try reader.skip(wire)
            end = reader.at
        }
        // Every sender writes the labels first.
        if try !hasLabels(from: end) { return try body(UnsafeRawBufferPointer(rebasing: bytes[..<end])) }
        return try gatheredLabels().withUnsafeBytes(body)
    }

    /// The labels, sorted, without those that have no value.
    public func labels() throws -> Labels {
        var pairs: [Label] = []
        try forEachField { number, field in
            if number == 1 { pairs.append(try LabelText(field).label) }
        }
        return Labels(pairs)
    }

    /// Calls `body` with each sample, in the order in which they were sent.
    public func forEachSample(_ body: (Sample) throws -> Void) throws {
        try forEachField { number, field in
            if number == 2 { try body(try readSample(field)) }
        }
    }

    private func forEachField(_ body: (UInt64, UnsafeRawBufferPointer) throws -> Void) throws {
        var reader = ProtobufReader(bytes)
        while let (number, wire) = try reader.field() {
            if wire == .delimited { try body(number, try reader.delimited()) } else { try reader.skip(wire) }
        }
    }

    private func hasLabels(from start: Int) throws -> Bool {
        var reader = ProtobufReader(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        while let (number, wire) = try reader.field() {
            if number == 1 { return true }
            try reader.skip(wire)
        }
        return false
    }

    private func gatheredLabels() throws -> [UInt8] {
        var gathered: [UInt8] = []
        var reader = ProtobufReader(bytes)
        var start = 0
        while let (number, wire) = try reader.field() {
            try reader.skip(wire)
            if number == 1 { gathered.append(contentsOf: bytes[start..<reader.at]) }
            start = reader.at
        }
        return gathered
    }
}
