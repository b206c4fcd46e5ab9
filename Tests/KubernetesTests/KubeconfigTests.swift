import Foundation
import HTTPClient
import Model
import Synchronization
import Testing

@testable import Kubernetes

@Suite("A kubeconfig")
struct KubeconfigTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/kubeconfig-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func write(_ text: String, to name: String = "config") throws -> String {
        try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
        return folder + "/" + name
    }

    private static let text = """
        apiVersion: v1
        kind: Config
        current-context: one
        preferences: {}
        clusters:
        - name: here
          cluster: {server: "https://127.0.0.1:6443/", certificate-authority: ca.crt, tls-server-name: api}
        - name: there
          cluster: {server: "https://10.0.0.1", certificate-authority-data: LS0t, insecure-skip-tls-verify: true, proxy-url: "http://p:1"}
        contexts:
        - name: one
          context: {cluster: here, user: certificate, namespace: shop}
        - name: two
          context: {cluster: there, user: token}
        - name: three
          context: {cluster: here, user: program}
        - name: broken
          context: {cluster: nowhere, user: token}
        users:
        - name: certificate
          user: {client-certificate-data: LS0t, client-key: /abs/key}
        - name: token
          user: {token: abc}
        - name: program
          user:
            exec:
              apiVersion: client.authentication.k8s.io/v1
              command: bin/login
              args: [--quiet, "7"]
              env: [{name: A, value: b}]
              installHint: get it
              provideClusterInfo: true
        """

    @Test("says where the cluster is and who asks, by context")
    func contexts() throws {
        let config = try Kubeconfig(files: [write(Self.text)])
        let one = try config.access()
        #expect(one.server == "https://127.0.0.1:6443" && one.namespace == "shop")
        #expect(one.tls.authorities == .file(folder + "/ca.crt") && one.tls.serverName == "api")
        #expect(one.tls.certificate == .pem(Array("---".utf8)) && one.tls.key == .file("/abs/key"))
        #expect(one.credential == .none)
        let two = try config.access(context: "two")
        #expect(two.credential == .token("abc") && two.tls.skipsVerification && two.namespace == nil)
        #expect(two.tls.authorities == .pem(Array("---".utf8)) && two.proxy == .through(url: "http://p:1"))
        var program = CredentialProgram(
            apiVersion: "client.authentication.k8s.io/v1", command: [folder + "/bin/login", "--quiet", "7"])
        program.environment = ["A": "b"]
        program.installHint = "get it"
        program.wantsCluster = true
        #expect(try config.access(context: "three").credential == .program(program))
    }

    @Test("is put together from several files, of which the first counts")
    func several() throws {
        let first = try write(
            """
            users: [{name: token, user: {token: first}}]
            contexts: [{name: four, context: {cluster: here, user: token}}]
            """, to: "first")
        let second = try write(Self.text)
        let config = try Kubeconfig(files: [folder + "/none", first, second])
        #expect(try config.access(context: "four").credential == .token("first"))
        #expect(try config.access().namespace == "shop")
        #expect(Kubeconfig.defaultFiles(["KUBECONFIG": "a:b"]) == ["a", "b"])
        #expect(Kubeconfig.defaultFiles(["HOME": "/h"]) == ["/h/.kube/config"])
    }

    @Test(
        "is refused with what is wrong",
        arguments: [
            ("current-context: x\n", "has no context \"x\""), ("", "has no current-context"), ("a: [", "YAML"),
            (
                "current-context: x\ncontexts: [{name: x, context: {cluster: y}}]\n",
                "names a cluster that is not there"
            ),
            (
                "current-context: x\ncontexts: [{name: x, context: {cluster: y, user: z}}]\nclusters: [{name: y, cluster: {server: 'https://a'}}]\n",
                "names a user that is not there"
            ),
            (
                "current-context: x\ncontexts: [{name: x, context: {cluster: y}}]\nclusters: [{name: y, cluster: {server: a}}]\n",
                "needs a `server`"
            ),
            (
                "current-context: x\ncontexts: [{name: x, context: {cluster: y}}]\nclusters: [{name: y, cluster: {server: 'https://a', certificate-authority-data: '%'}}]\n",
                "is not base 64"
            ),
            (
                "current-context: x\ncontexts: [{name: x, context: {cluster: y, user: z}}]\nclusters: [{name: y, cluster: {server: 'https://a'}}]\nusers: [{name: z, user: {exec: {command: a}}}]\n",
                "needs an `apiVersion`"
            ),
            (
                "current-context: x\ncontexts: [{name: x, context: {cluster: y, user: z}}]\nclusters: [{name: y, cluster: {server: 'https://a'}}]\nusers: [{name: z, user: {auth-provider: {name: gcp}}}]\n",
                "use `exec`"
            ),
        ])
    func refused(text: String, reason: String) throws {
        let file = try write(text)
        let error = #expect(throws: UserError.self) { try Kubeconfig(files: [file]).access() }
        #expect("\(error.map { "\($0)" } ?? "")".contains(reason), "\(String(describing: error))")
        #expect(throws: UserError.self) { try Kubeconfig(files: [folder + "/none"]) }
        #expect(throws: UserError.self) { try Kubeconfig(files: []) }
    }

    @Test("is not needed in a pod")
    func inCluster() throws {
        #expect(try ClusterAccess.inCluster([:]) == nil)
        let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]
        #expect(throws: UserError.self) { try ClusterAccess.inCluster(environment, folder: folder) }
        for (name, text) in [("token", "abc\n"), ("ca.crt", ""), ("namespace", "shop")] {
            _ = try write(text, to: name)
        }
        let access = try #require(try ClusterAccess.inCluster(environment, folder: folder))
        #expect(access.server == "https://[fd00::1]:443" && access.namespace == "shop")
        #expect(
            access.credential == .tokenFile(folder + "/token") && access.tls.authorities == .file(folder + "/ca.crt"))
    }
}

/// Prints what it is told, and counts.
private final class FakeProgram: CredentialRunner {
    let state = Mutex<(outputs: [String], runs: [[String: String]])>(([], []))

    init(_ outputs: String...) { state.withLock { $0.outputs = outputs } }

    func run(
        _ command: [String], environment: [String: String], within: Int64
    ) async throws(UserError) -> [UInt8] {
        let output = state.withLock { state -> String? in
            state.runs.append(environment)
            return state.outputs.isEmpty ? nil : state.outputs.removeFirst()
        }
        guard let output else { throw UserError("exit code 1: no") }
        return Array(output.utf8)
    }
}

private final class HandClock: WallClock {
    let time = Mutex<Int64>(1_700_000_000_000)
    func now() -> Int64 { time.withLock { $0 } }
    func steady() -> Int64 { now() }
}

@Suite("Who we are")
struct CredentialTests {
    private func answer(_ token: String, until: String? = nil, version: String = "v1") -> String {
        let expiry = until.map { #","expirationTimestamp":"\#($0)""# } ?? ""
        return
            #"{"apiVersion":"client.authentication.k8s.io/\#(version)","kind":"ExecCredential","status":{"token":"\#(token)"\#(expiry)}}"#
    }

    private func access(_ server: String = "https://a") -> ClusterAccess {
        var program = CredentialProgram(apiVersion: "client.authentication.k8s.io/v1", command: ["login"])
        program.environment = ["A": "b"]
        program.installHint = "get it"
        program.wantsCluster = true
        var access = ClusterAccess(server: server)
        access.credential = .program(program)
        return access
    }

    @Test("is asked of a program, again when what it said is over, or is not believed")
    func program() async throws {
        let program = FakeProgram(
            answer("one", until: "2023-11-14T22:23:20Z"), answer("two"), answer("three"),
            answer("four", version: "v1beta1"))
        let clock = HandClock()
        let credentials = Credentials(access(), runner: program, clock: clock)
        #expect(try await credentials.present(isFresh: false).authentication == .bearer("one"))
        clock.time.withLock { $0 += 500_000 }
        #expect(try await credentials.present(isFresh: false).authentication == .bearer("one"))
        // Half a minute before its end it is not used any more.
        clock.time.withLock { $0 += 80_000 }
        #expect(try await credentials.present(isFresh: false).authentication == .bearer("two"))
        clock.time.withLock { $0 += 500_000_000 }
        #expect(try await credentials.present(isFresh: false).authentication == .bearer("two"))
        #expect(try await credentials.present(isFresh: true).authentication == .bearer("three"))
        let wrong = await #expect(throws: UserError.self) { try await credentials.present(isFresh: true) }
        #expect(wrong?.message.contains("does not speak client.authentication.k8s.io/v1") == true)
        let failed = await #expect(throws: UserError.self) { try await credentials.present(isFresh: true) }
        #expect(failed?.message == "cannot find out who we are with login: exit code 1: no; get it")
        let told = program.state.withLock { $0.runs.first }
        #expect(told?["A"] == "b")
        #expect(
            told?["KUBERNETES_EXEC_INFO"]
                == #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false,"cluster":{"server":"https://a"}}}"#
        )
    }

    @Test("is said over https, and in clear to this machine alone")
    func clear() async {
        for (server, isTold) in [
            ("http://127.0.0.1:1", true), ("http://localhost:1", true), ("http://[::1]:1", true), ("https://far", true),
            ("http://far", false), ("http://127.example.org", false), ("http://localhost.example.org", false),
            ("http://127.0.0.1.example.org", false), ("http://127.0.0.1@far", false), ("http://127.0.0.1:x@far", false),
            ("http://127.0.0.1", true),
        ] {
            let credentials = Credentials(access(server), runner: FakeProgram(answer("t")), clock: HandClock())
            let shown = try? await credentials.present(isFresh: false)
            #expect((shown?.authentication == .bearer("t")) == isTold, "\(server)")
        }
    }
}
