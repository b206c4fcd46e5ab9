import HTTPClient
import Model
import Testing

/// The end of a transfer, to keep.
struct Outcome {
    let response: HTTPResponse?
    let failure: HTTPFailure?

    init(_ result: borrowing HTTPTransferResult) {
        response = result.response
        failure = result.failure
    }

    var text: String? { response.map { String(decoding: $0.body, as: UTF8.self) } }
}

extension TransferLoop {
    /// Turns until nothing is active. Fails the test rather than hang.
    func turnUntilIdle(_ location: SourceLocation = #_sourceLocation) throws {
        let deadline = monotonicNanoseconds() + 30_000_000_000
        while activeCount > 0 {
            try #require(monotonicNanoseconds() < deadline, "a transfer hangs", sourceLocation: location)
            try turn(waitingAtMost: 1000)
        }
    }

    /// Fetches and waits for the end.
    func fetch(_ request: HTTPRequest, _ location: SourceLocation = #_sourceLocation) throws -> Outcome {
        var outcome: Outcome?
        start(request) { outcome = Outcome($0) }
        try turnUntilIdle(location)
        return try #require(outcome, "the completion was not called", sourceLocation: location)
    }

    /// Fetches with the defaults and waits for the end.
    func fetch(_ url: String, _ location: SourceLocation = #_sourceLocation) throws -> Outcome {
        try fetch(HTTPRequest(url: url), location)
    }
}

/// A request with some of its parts changed.
func request(_ url: String, _ change: (inout HTTPRequest) -> Void) -> HTTPRequest {
    var request = HTTPRequest(url: url)
    change(&request)
    return request
}
