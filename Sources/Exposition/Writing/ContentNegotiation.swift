import Model

extension ExpositionFormat {
    /// The Content-Type that goes with a body of this form.
    public var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// The Accept header to scrape with: OpenMetrics first, then the text format.
    public static var acceptHeader: String {
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
            + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    }

    /// The form that a client asks for with its Accept header (nil: it sent none).
    public static func negotiated(accept: String?) -> ExpositionFormat { .text }

    /// The form that a response is in by its Content-Type (nil: it sent none).
    public static func ofResponse(contentType: String?) -> ExpositionFormat { .text }
}
