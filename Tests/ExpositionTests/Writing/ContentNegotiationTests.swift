import Testing

@testable import Exposition

@Suite("Content negotiation")
struct ContentNegotiationTests {
    private static let prometheus2 =
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    private static let prometheus3 =
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
        + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1"

    @Test(
        "What a client asks for",
        arguments: [
            (nil, .text, .underscores), ("", .text, .underscores), ("*/*", .text, .underscores),
            (prometheus2, .openMetrics, .underscores), (prometheus3, .openMetrics, .quoted),
            (ExpositionFormat.acceptHeader, .openMetrics, .quoted),
            ("text/plain;version=0.0.4;q=0.9,application/openmetrics-text;version=1.0.0;q=0.5", .text, .underscores),
            ("text/plain, application/openmetrics-text", .text, .underscores),
            ("application/openmetrics-text, text/plain", .openMetrics, .underscores),
            ("application/openmetrics-text;version=0.0.1,text/plain;q=0.5", .text, .underscores),
            ("application/openmetrics-text; version=\"1.0.0\"; q=0", .text, .underscores),
            ("Application/OpenMetrics-Text ; Version=1.0.0 ; escaping=allow-utf-8", .openMetrics, .quoted),
            ("text/plain;version=1.0.0;escaping=allow-utf-8", .text, .quoted),
            ("application/openmetrics-text;q=x,text/html,application/json", .text, .underscores),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", .text, .underscores),
            (";;,,/", .text, .underscores),
        ] as [(String?, ExpositionFormat, ExpositionNames)])
    func accept(header: String?, format: ExpositionFormat, names: ExpositionNames) {
        #expect(ExpositionFormat.negotiated(accept: header) == format)
        #expect(ExpositionNames.negotiated(accept: header) == names)
    }

    @Test(
        "What a response is in",
        arguments: [
            (nil, .text), ("", .text), ("text/plain; version=0.0.4; charset=utf-8", .text), ("text/html", .text),
            ("application/openmetrics-text; version=1.0.0; charset=utf-8", .openMetrics),
            ("APPLICATION/OPENMETRICS-TEXT", .openMetrics),
            ("application/openmetrics-text", .openMetrics), ("application/openmetrics-textual", .text),
            ("nonsense", .text),
        ] as [(String?, ExpositionFormat)])
    func response(header: String?, format: ExpositionFormat) {
        #expect(ExpositionFormat.ofResponse(contentType: header) == format)
    }

    @Test("What Prometheus expects to be told")
    func contentTypes() {
        #expect(
            ExpositionFormat.openMetrics.contentType == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        #expect(ExpositionFormat.text.contentType == "text/plain; version=0.0.4; charset=utf-8")
    }
}
