import Model

// Which form is sent and which is read, by the headers of HTTP.

extension ExpositionFormat {
    /// The Content-Type that goes with a body of this form.
    public var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// The Accept header to scrape with: OpenMetrics first, then the text format, names in quotes welcome.
    public static var acceptHeader: String {
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
            + "application/openmetrics-text;version=0.0.1;q=0.5,"
            + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
    }

    /// The form that a client asks for with its Accept header (nil: it sent none). The text format is for everybody who
    /// does not prefer OpenMetrics 1.0.
    public static func negotiated(accept: String?) -> ExpositionFormat {
        preferred(accept)?.format ?? .text
    }

    /// The form that a response is in by its Content-Type. Without one, or with one that says nothing (`text/html` of a
    /// careless exporter), it is taken for the text format.
    public static func ofResponse(contentType: String?) -> ExpositionFormat {
        guard let contentType, let media = MediaRange(contentType[...]) else { return .text }
        return media.type == MediaRange.openMetrics ? .openMetrics : .text
    }

    /// The range of an Accept header that decides: the one of the highest quality, the first of equal ones.
    fileprivate static func preferred(_ accept: String?) -> (format: ExpositionFormat, range: MediaRange)? {
        var best: (format: ExpositionFormat, range: MediaRange)?
        for part in (accept ?? "").split(separator: ",") {
            guard let range = MediaRange(part), let format = range.format, range.quality > 0,
                range.quality > best?.range.quality ?? 0
            else { continue }
            best = (format, range)
        }
        return best
    }
}

/// What is done with names that not every client can read: those that have to stand in quotes.
public enum ExpositionNames: Sendable, Hashable {
    /// They are written in quotes.
    case quoted
    /// Whatever is no letter, digit, underscore or (in metric names) colon becomes an underscore.
    case underscores

    /// What a client can read by its Accept header: quotes only when it says `escaping=allow-utf-8`.
    public static func negotiated(accept: String?) -> ExpositionNames {
        let range = ExpositionFormat.preferred(accept)?.range
        return range?.parameters["escaping"] == "allow-utf-8" ? .quoted : .underscores
    }
}

/// One part of an Accept header, or a Content-Type.
private struct MediaRange {
    static let openMetrics = "application/openmetrics-text"

    var type: String
    var parameters: [String: String] = [:]

    /// Nil when there is no `type/subtype`.
    init?(_ text: Substring) {
        let parts = text.split(separator: ";").map { trimmed($0).lowercased() }
        guard let type = parts.first, type.split(separator: "/").count == 2 else { return nil }
        self.type = type
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            parameters[String(trimmed(pair[0]))] = String(trimmed(pair[1]).filter { $0 != "\"" })
        }
    }

    /// From 0 to 1; 1 when it is not said, 0 when it is not a number.
    var quality: Double {
        guard let text = parameters["q"] else { return 1 }
        let value = Array(text.utf8).withUnsafeBytes { readNumber($0)?.double } ?? 0
        return value >= 0 && value <= 1 ? value : 0
    }

    /// The form that satisfies it.
    var format: ExpositionFormat? {
        let version = parameters["version"]
        switch type {
        case Self.openMetrics: return version == nil || version == "1.0.0" ? .openMetrics : nil
        case "text/plain", "text/*", "*/*":
            return version == nil || version == "0.0.4" || version == "1.0.0" ? .text : nil
        default: return nil
        }
    }
}

private func trimmed(_ text: Substring) -> Substring {
    let start = text.drop { $0 == " " || $0 == "\t" }
    guard let last = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return start }
    return start[...last]
}
