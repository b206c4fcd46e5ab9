import Model

/// A request of Prometheus's remote write 1.0. It has been checked from end to end before there is one: whoever goes through
/// it afterwards meets no damage, no series without a name, and none with a label twice.
///
/// It is gone through where it lies. Nothing is built of it but what is asked for.
public struct WriteRequest: Sendable {
    private let message: [UInt8]

    /// How many samples there are.
    public private(set) var sampleCount = 0
    /// How many exemplars there are; they are not read.
    public private(set) var exemplarCount = 0
    /// How many native histograms there are; they are not read.
    public private(set) var histogramCount = 0
    /// What is said about families of metrics.
    public private(set) var metadata: [ReceivedMetadata] = []

    /// Checks a message; throws what is wrong with it.
    public init(message: [UInt8]) throws(UserError) {
        self.message = message
        var check = LabelCheck()
        let result = message.withUnsafeBytes { bytes in
            Result { () throws(UserError) in try read(bytes, &check) }
        }
        try result.get()
    }

    /// Calls `body` with each series that has samples.
    public func forEachSeries(_ body: (borrowing ReceivedSeries) throws -> Void) throws {
        try message.withUnsafeBytes { bytes in
            var reader = ProtobufReader(bytes)
            while let (number, wire) = try reader.field() {
                guard number == 1, wire == .delimited else {
                    try reader.skip(wire)
                    continue
                }
                try body(ReceivedSeries(try reader.delimited()))
            }
        }
    }

    private mutating func read(_ bytes: UnsafeRawBufferPointer, _ check: inout LabelCheck) throws(UserError) {
        var reader = ProtobufReader(bytes)
        while let (number, wire) = try reader.field() {
            switch (number, wire) {
            case (1, .delimited): try readSeries(try reader.delimited(), &check)
            case (3, .delimited): metadata.append(try ReceivedMetadata(try reader.delimited()))
            default: try reader.skip(wire)
            }
        }
    }

    private mutating func readSeries(_ bytes: UnsafeRawBufferPointer, _ check: inout LabelCheck) throws(UserError) {
        check.begin()
        var reader = ProtobufReader(bytes)
        while let (number, wire) = try reader.field() {
            switch (number, wire) {
            case (1, .delimited): try check.add(try LabelText(try reader.delimited()))
            case (2, .delimited):
                _ = try readSample(try reader.delimited())
                sampleCount += 1
            case (3, .delimited):
                _ = try reader.delimited()
                exemplarCount += 1
            case (4, .delimited):
                _ = try reader.delimited()
                histogramCount += 1
            default: try reader.skip(wire)
            }
        }
        try check.finish()
    }
}

/// A sample: `value` = 1, `timestamp` = 2. What is not said is 0.
func readSample(_ bytes: UnsafeRawBufferPointer) throws(UserError) -> Sample {
    var sample = Sample(0, 0)
    var reader = ProtobufReader(bytes)
    while let (number, wire) = try reader.field() {
        switch (number, wire) {
        case (1, .fixed64): sample.value = Double(bitPattern: try reader.fixed64())
        case (2, .varint): sample.timestamp = Int64(bitPattern: try reader.varint())
        default: try reader.skip(wire)
        }
    }
    return sample
}
