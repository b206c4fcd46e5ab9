import HTTPClient
import Model
import Requests

/// A service's answer: its head, and the end of its body.
struct WebhookAnswer: Sendable {
    private let head: HTTPHead
    /// The end of the body, as far as it was read.
    let end: [UInt8]

    /// How much of a body is read at the most: who sends more has nothing to say to us.
    private static let mostRead = 1 << 20
    /// How much of its end is kept.
    private static let mostKept = 16 << 10
    /// The longest wait that a service can ask for, in milliseconds.
    static let longestPause: Int64 = 3_600_000

    /// Reads the body. One that breaks off or hangs changes nothing any more: the status has been given.
    init(_ stream: HTTPStream) async {
        head = stream.head
        var kept: [UInt8] = []
        var count = 0
        do throws(HTTPFailure) {
            let chunks = stream.makeAsyncIterator()
            while count < Self.mostRead, let chunk = try await chunks.next() {
                count += chunk.count
                kept += chunk.suffix(Self.mostKept)
                if kept.count > 2 * Self.mostKept { kept.removeFirst(kept.count - Self.mostKept) }
            }
        } catch {
            // What came before is the answer.
        }
        end = kept.suffix(Self.mostKept)
    }

    /// What it means for the attempt. `pause` is what the body asks for.
    func outcome(
        of request: PreparedRequest, now: Int64, pause: Int64?, hiding secrets: RevealedSecrets
    ) -> AttemptOutcome {
        var words = secrets.hiding(in: String(decoding: end, as: UTF8.self))
        if request.request.hidesPath {
            // Many servers repeat the path that they do not know.
            words = secrets.hiding(path(of: request.request.url), in: words)
        }
        let output = tailText(words.utf8, limit: AttemptOutcome.longestOutput)
        if (200...299).contains(head.status) { return AttemptOutcome(.succeeded, code: head.status, output: output) }
        let isRedirect = (300...399).contains(head.status) && head["location"] != nil
        let reason =
            "the server answered with status \(head.status)" + (isRedirect ? ", a redirect that is not followed" : "")
        let asked = [head["retry-after"].flatMap { Self.pause($0, now: now) }, pause].compactMap { $0 }.max()
        return AttemptOutcome(
            .failed, code: head.status, output: output,
            error: inOneLine("cannot deliver to \(request.shownURL): \(reason)"),
            retryAfter: asked.map { min(max(0, $0), Self.longestPause) })
    }

    /// `Retry-After`: seconds, or a date (RFC 9110, 10.2.3).
    private static func pause(_ text: String, now: Int64) -> Int64? {
        if !text.isEmpty, text.utf8.allSatisfy({ $0 &- 0x30 < 10 }) {
            guard let seconds = Int64(text), seconds < longestPause / 1000 else { return longestPause }
            return seconds * 1000
        }
        guard let date = readHTTPDate(text) else { return nil }
        let (pause, overflow) = date.subtractingReportingOverflow(now)
        return overflow ? nil : pause
    }
}

/// Path and query of a URL.
private func path(of url: String) -> String {
    guard let scheme = url.firstRange(of: "://"),
        let start = url[scheme.upperBound...].firstIndex(where: { $0 == "/" || $0 == "?" })
    else { return "" }
    return String(url[start...])
}
