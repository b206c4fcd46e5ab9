import ClusterSupport
import HTTPClient
import Kubernetes
import Model
import Testing
import Threads

@testable import Rules

private struct NoPrograms: CredentialRunner {
    func run(_ command: [String], environment: [String: String], within: Int64) async throws(UserError) -> [UInt8] {
        throw UserError("nobody runs programs here")
    }
}

@Suite("A lease that a cluster keeps")
struct ClusterLeaseTests {
    /// Calls of leases wait: on a thread that may.
    private func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            do {
                try startThread(name: "test-lease") { continuation.resume(with: Result { try body() }) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    @Test("is written over what was read, and by nobody else meanwhile")
    func writing() async throws {
        let cluster = try FakeCluster()
        var access = ClusterAccess(server: cluster.url)
        access.proxy = .none
        let http = try HTTPClient()
        let client = ClusterClient(access, http: http, runner: NoPrograms())
        let lease = ClusterLease(namespace: "shop", name: "leader") { () throws(UserError) in client }
        try await onThread {
            try lease.check()
            #expect(try lease.read() == nil)
            let first = LeaseRecord(holder: "a", epoch: 1, renewals: 1, duration: 1500)
            guard case .written(let version) = try lease.write(first, over: nil) else {
                Issue.record("not written")
                return
            }
            #expect(try lease.read() == StoredLease(record: first, version: version))
            #expect(try lease.write(first, over: nil) == .changed)
            let second = LeaseRecord(holder: "a", epoch: 1, renewals: 2, duration: 1500)
            guard case .written(let newer) = try lease.write(second, over: version) else {
                Issue.record("not renewed")
                return
            }
            #expect(newer != version)
            #expect(try lease.write(first, over: version) == .changed)
            #expect(cluster.lease("shop", "leader")?.holder == "a")
            cluster.removeLease("shop", "leader")
            #expect(try lease.write(second, over: newer) == .changed)
            #expect(try lease.read() == nil)
            // What may not be read is said; what is out of order for a moment is not held against it.
            cluster.be(.refusing(403, reason: "Forbidden", message: "leases is forbidden"))
            let error = #expect(throws: UserError.self) { try lease.check() }
            #expect(error?.message == "cannot read lease leader: leases is forbidden (status 403)")
            cluster.be(.refusing(500, reason: "InternalError", message: "etcd"), .garbage)
            try lease.check()
            #expect(throws: UserError.self) { try lease.read() }
        }
        await http.close()
        await cluster.stop()
    }
}
