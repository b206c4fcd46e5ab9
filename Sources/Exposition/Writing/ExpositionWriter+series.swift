import Model

// Series as they are stored, with many samples each.
extension ExpositionWriter {
    /// The text of a series, just as its labels are: OpenMetrics would have bounds and quantiles written as floats, and read
    /// back that would be another series.
    public static func text(of series: Labels) -> [UInt8] {
        var writer = ExpositionWriter(format: .openMetrics)
        writer.appendSeries(series.metric, series.withoutMetric.pairs)
        return writer.bytes
    }

    /// One sample of a series whose text is given, at a time in milliseconds; the value is exact.
    public mutating func sample(text: [UInt8], _ value: Double, timestamp: Int64) {
        bytes.append(contentsOf: text)
        bytes.append(UInt8(ascii: " "))
        appendExpositionValue(value, to: &bytes)
        if format == .text {
            bytes.append(UInt8(ascii: " "))
            appendInteger(timestamp, to: &bytes)
        } else {
            appendTimestamp(timestamp)
        }
        bytes.append(UInt8(ascii: "\n"))
    }
}

/// A help text as it was meant, from a line of metadata with its escapes.
public func readHelp(_ text: String) -> String {
    var text = text
    return text.withUTF8 { unescaped(UnsafeRawBufferPointer($0)) }
}
