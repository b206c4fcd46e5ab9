import HTTPClient
import Model
import Requests

/// `webhook`: tells a service by a request. Any status from 200 to 299 is success.
public struct WebhookAction: Action {
    private let section: WebhookSection
    private let tools: ActionTools
    private let reader: SecretReader

    /// A webhook as the configuration has it.
    public init(_ section: WebhookSection, tools: ActionTools) {
        self.section = section
        self.tools = tools
        reader = SecretReader(section.secrets)
    }

    /// Looks whether its secrets can be read.
    public func check() async throws(UserError) {
        _ = try await reader.read()
    }

    /// The request with everything filled in but the secrets.
    public func plan(_ event: ActionEvent) throws(UserError) -> String {
        let request = try section.request(Filling(event: event, tools: tools, secrets: .hidden))
        var lines = ["\(request.method) \(shown(request.url == "<secret>" ? request.url : request.shownURL))"]
        switch request.authentication {
        case nil: break
        case .basic: lines.append("Authorization: Basic <secret>")
        case .bearer: lines.append("Authorization: Bearer <secret>")
        case .other(let scheme, _): lines.append("Authorization: \(shown(scheme)) <secret>")
        }
        lines += request.headers.map { "\($0.name): \(shown($0.value))" }
        if let body = request.body { lines += ["", String(decoding: body, as: UTF8.self)] }
        return lines.joined(separator: "\n")
    }

    /// Sends the request.
    public func perform(_ event: ActionEvent, within milliseconds: Int64) async -> AttemptOutcome {
        let start = tools.clock.steady()
        do throws(AttemptEnded) {
            let secrets = try await reader.read(within: milliseconds)
            let left = milliseconds - (tools.clock.steady() - start)
            guard left > 0 else { throw AttemptEnded(.timedOut, nil, "timed out before anything was sent") }
            let request = try prepared(event, secrets, within: left)
            return try await send(request, secrets)
        } catch {
            return error.outcome
        }
    }

    private func prepared(
        _ event: ActionEvent, _ secrets: RevealedSecrets, within milliseconds: Int64
    ) throws(AttemptEnded) -> PreparedRequest {
        do {
            var request = try section.request(Filling(event: event, tools: tools, secrets: secrets))
            request.timeout = milliseconds
            return try PreparedRequest(request)
        } catch let error as UserError {
            throw AttemptEnded(UserError(secrets.hiding(in: error.description)))
        } catch {
            throw AttemptEnded(UserError(secrets.hiding(in: "\(error)")))
        }
    }

    private func send(_ request: PreparedRequest, _ secrets: RevealedSecrets) async throws(AttemptEnded)
        -> AttemptOutcome
    {
        let client: HTTPClient
        do {
            client = try tools.clients.client()
        } catch {
            throw AttemptEnded(error)
        }
        do throws(HTTPFailure) {
            let answer = await WebhookAnswer(try await client.stream(request))
            return answer.outcome(
                of: request, now: tools.clock.now(), pause: section.preset.pause(in: answer.end),
                hiding: secrets)
        } catch {
            let verdict: AttemptOutcome.Verdict =
                switch error.code {
                case .timeout: .timedOut
                case .cancelled: .cancelled
                default: .failed
                }
            throw AttemptEnded(verdict, nil, secrets.hiding(in: error.message))
        }
    }
}

/// A value on a line of its own: what is refused when it is sent must not look like two lines when it is shown.
private func shown(_ text: String) -> String {
    text.utf8.contains { $0 < 0x20 || $0 == 0x7F } ? quoted(text) : text
}
