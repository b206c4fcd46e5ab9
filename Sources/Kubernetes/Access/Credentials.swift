import Configuration
import HTTPClient
import Model
import Synchronization
import Threads

/// What is shown to the API server.
struct ShownCredential: Sendable {
    var authentication: HTTPAuthentication?
    var certificate: [UInt8]?
    var key: [UInt8]?
    /// Until when it is good, in Unix milliseconds; nil when nobody says.
    var expires: Int64?
}

/// Whoever runs a program that says who we are, and returns what it prints. Throws when it fails.
public protocol CredentialRunner: Sendable {
    /// Runs it with variables added to our environment.
    func run(
        _ command: [String], environment: [String: String], within milliseconds: Int64
    ) async throws(UserError) -> [UInt8]
}

/// Who we are for the API server, kept as long as it is good. A token in a file is read again every few seconds, for the kubelet
/// replaces it; a program is run again when what it said is over.
final class Credentials: Sendable {
    private struct Known {
        var shown: ShownCredential
        var since: Int64
    }

    /// How long the text of a file counts.
    private static let fileTime: Int64 = 10_000
    /// So long before its end a credential is not used any more.
    private static let slack: Int64 = 30_000
    /// How long a program may take: it may ask others over the network.
    private static let programTime: Int64 = 60_000

    private let access: ClusterAccess
    private let runner: any CredentialRunner
    private let clock: any WallClock
    private let lane = BlockingLane()
    private let known = Mutex<Known?>(nil)

    init(_ access: ClusterAccess, runner: any CredentialRunner, clock: any WallClock) {
        self.access = access
        self.runner = runner
        self.clock = clock
    }

    /// Whether finding out anew may give another one.
    var canChange: Bool {
        switch access.credential {
        case .none, .token, .basic: false
        case .tokenFile, .program: true
        }
    }

    /// What is to be shown now; `isFresh` finds it out anew.
    func present(isFresh: Bool) async throws(UserError) -> ShownCredential {
        if case .none = access.credential { return ShownCredential() }
        guard access.isPrivate else {
            throw UserError("cannot say who we are to \(access.server): only https may hear that")
        }
        if !isFresh, let good = good(at: clock.now()) { return good }
        let shown = try await found()
        known.withLock { $0 = Known(shown: shown, since: clock.now()) }
        return shown
    }

    private func good(at now: Int64) -> ShownCredential? {
        guard let known = known.withLock({ $0 }) else { return nil }
        let age = now - known.since
        if let expires = known.shown.expires { return now < expires - Self.slack && age >= 0 ? known.shown : nil }
        if case .tokenFile = access.credential { return (0..<Self.fileTime).contains(age) ? known.shown : nil }
        return known.shown
    }

    private func found() async throws(UserError) -> ShownCredential {
        switch access.credential {
        case .none: return ShownCredential()
        case .token(let token): return ShownCredential(authentication: .bearer(token))
        case .basic(let user, let password):
            return ShownCredential(authentication: .basic(user: user, password: password))
        case .tokenFile(let path):
            let token = try await lane.runInTurn { Result { () throws(UserError) in try text(of: path) } }.get()
            if token.isEmpty { throw UserError("cannot say who we are: \(path) is empty") }
            return ShownCredential(authentication: .bearer(token))
        case .program(let program):
            return try await asked(program)
        }
    }

    private func asked(_ program: CredentialProgram) async throws(UserError) -> ShownCredential {
        var environment = program.environment
        environment["KUBERNETES_EXEC_INFO"] = program.information(for: access)
        let name = program.command.first ?? ""
        do throws(UserError) {
            let output = try await runner.run(program.command, environment: environment, within: Self.programTime)
            return try ShownCredential(json: output, of: program)
        } catch {
            let hint = program.installHint.isEmpty ? "" : "; \(program.installHint)"
            throw UserError("cannot find out who we are with \(name): \(error.message)\(hint)")
        }
    }
}

extension CredentialProgram {
    /// What it is told in its environment.
    func information(for access: ClusterAccess) -> String {
        var json = JSONWriter()
        json.object { json in
            json.member("apiVersion", apiVersion)
            json.member("kind", "ExecCredential")
            json.key("spec")
            json.object { json in
                json.member("interactive", false)
                guard wantsCluster else { return }
                json.key("cluster")
                json.object { json in
                    json.member("server", access.server)
                    if access.tls.skipsVerification { json.member("insecure-skip-tls-verify", true) }
                    if let name = access.tls.serverName { json.member("tls-server-name", name) }
                    if case .pem(let bytes) = access.tls.authorities {
                        json.member("certificate-authority-data", encodedBase64(bytes))
                    }
                }
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

extension ShownCredential {
    /// Reads what a program has printed.
    init(json: [UInt8], of program: CredentialProgram) throws(UserError) {
        let answer = try JSONValue(json)
        guard answer["kind"]?.text == "ExecCredential", let status = answer["status"] else {
            throw UserError("it does not print an ExecCredential with a status")
        }
        guard answer["apiVersion"]?.text == program.apiVersion else {
            throw UserError("it does not speak \(program.apiVersion)")
        }
        authentication = status["token"]?.text.map { .bearer(trimmedBlanks($0)) }
        certificate = status["clientCertificateData"]?.text.map { Array($0.utf8) }
        key = status["clientKeyData"]?.text.map { Array($0.utf8) }
        guard authentication != nil || certificate != nil && key != nil else {
            throw UserError("it says neither a token nor a certificate with its key")
        }
        if let text = status["expirationTimestamp"]?.text { expires = PreciseTime(text)?.milliseconds }
    }
}
