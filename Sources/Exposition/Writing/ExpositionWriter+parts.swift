import Model

// The parts of lines, put into the buffer without strings between where there is a choice.

extension ExpositionWriter {
    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    mutating func metadata(_ keyword: String, _ name: String) {
        append(keyword)
        if names == .underscores || isLegacyMetricName(name) {
            appendUnderscored(name, colons: true)
        } else {
            appendQuoted(name)
        }
        bytes.append(UInt8(ascii: " "))
    }

    mutating func startSample(_ name: String, _ labels: [Label], _ value: Double, _ timestamp: Int64?) {
        appendSeries(name, labels)
        bytes.append(UInt8(ascii: " "))
        appendValue(value, of: name)
        if let timestamp {
            if format == .text {
                bytes.append(UInt8(ascii: " "))
                appendInteger(timestamp, to: &bytes)
            } else {
                appendTimestamp(timestamp)
            }
        }
    }

    mutating func appendSeries(_ name: String, _ labels: [Label]) {
        let quotesName = names == .quoted && !isLegacyMetricName(name)
        if !quotesName { appendUnderscored(name, colons: true) }
        guard quotesName || !labels.isEmpty else { return }
        bytes.append(UInt8(ascii: "{"))
        if quotesName { appendQuoted(name) }
        appendLabels(labels, first: !quotesName)
        bytes.append(UInt8(ascii: "}"))
    }

    mutating func appendLabels(_ labels: [Label], first: Bool) {
        var isFirst = first
        for label in labels {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            if names == .quoted && !isLegacyLabelName(label.name) {
                appendQuoted(label.name)
            } else {
                appendUnderscored(label.name, colons: false)
            }
            bytes.append(UInt8(ascii: "="))
            appendQuoted(canonical(label))
        }
    }

    /// OpenMetrics wants bounds and quantiles as floats: `1.0`, not `1`.
    private func canonical(_ label: Label) -> String {
        guard format == .openMetrics else { return label.value }
        let isNumber =
            switch type {
            case .histogram, .gaugehistogram: sameBytes(label.name, "le")
            case .summary: sameBytes(label.name, "quantile")
            default: false
            }
        guard isNumber, let number = Array(label.value.utf8).withUnsafeBytes({ readNumber($0) }) else {
            return label.value
        }
        return openMetricsFloat(number.double)
    }

    mutating func appendValue(_ value: Double, of name: String) {
        guard format == .openMetrics else {
            appendExpositionValue(value, to: &bytes)
            return
        }
        // Counts are whole numbers and written so.
        let isCount = ["_count", "_bucket", "_gcount"].contains { name.utf8.hasSuffix($0.utf8) }
        if isCount, let count = Int64(exactly: value) {
            appendInteger(count, to: &bytes)
        } else {
            appendFloat(value)
        }
    }

    mutating func appendFloat(_ value: Double) {
        append(openMetricsFloat(value))
    }

    private func openMetricsFloat(_ value: Double) -> String {
        let text = formatExpositionValue(value)
        let isFloat = !value.isFinite || text.utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "e") }
        return isFloat ? text : text + ".0"
    }

    /// A space and milliseconds as seconds with as many digits behind the point as they need.
    mutating func appendTimestamp(_ milliseconds: Int64) {
        bytes.append(UInt8(ascii: " "))
        if milliseconds < 0 { bytes.append(UInt8(ascii: "-")) }
        appendInteger(Int64(milliseconds.magnitude / 1000), to: &bytes)
        var rest = milliseconds.magnitude % 1000
        if rest == 0 { return }
        bytes.append(UInt8(ascii: "."))
        var place: UInt64 = 100
        while rest > 0 {
            bytes.append(0x30 + UInt8(truncatingIfNeeded: rest / place))
            rest %= place
            place /= 10
        }
    }

    mutating func appendUnderscored(_ name: String, colons: Bool) {
        if colons ? isLegacyMetricName(name) : isLegacyLabelName(name) {
            append(name)
            return
        }
        var isFirst = true
        for scalar in name.unicodeScalars {
            let isDigit = ("0"..."9").contains(scalar)
            let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || (colons && scalar == ":")
            bytes.append(
                isLetter || (isDigit && !isFirst) ? UInt8(truncatingIfNeeded: scalar.value) : UInt8(ascii: "_"))
            isFirst = false
        }
        if name.isEmpty { bytes.append(UInt8(ascii: "_")) }
    }

    mutating func appendQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        appendEscaped(text, quotes: true)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func appendEscaped(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): append("\\\\")
            case UInt8(ascii: "\n"): append("\\n")
            case UInt8(ascii: "\"") where quotes: append("\\\"")
            default: bytes.append(byte)
            }
        }
    }
}
