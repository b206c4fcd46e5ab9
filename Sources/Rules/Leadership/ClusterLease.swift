import Kubernetes
import Model
import Threads

/// A lease that the API server of a cluster keeps, where kubectl and other programs see it (coordination.k8s.io/v1).
///
/// Every writing names the version that it replaces, so that of several only one succeeds. The epoch is what Kubernetes calls
/// `leaseTransitions`. What Kubernetes has no place for stands in an annotation; a lease of somebody who does not write it is
/// known to be renewed by its time.
public struct ClusterLease: LeaseStore {
    private static let annotation = "vedette/lease"

    private let namespace: String?
    private let name: String
    private let clock: any WallClock
    private let client: ClusterReaching

    /// The lease of a name, in a namespace or the one that we run in. `client` is asked each time, for a cluster may be there later than we are.
    public init(
        namespace: String?, name: String, clock: any WallClock = SystemClock(),
        client: @escaping ClusterReaching
    ) {
        self.namespace = namespace
        self.name = name
        self.clock = clock
        self.client = client
    }

    private func request(_ method: String = "GET", of client: ClusterClient, body: (String) -> [UInt8]?)
        -> ClusterRequest
    {
        let namespace = namespace ?? client.access.namespace ?? "default"
        let path = "/apis/coordination.k8s.io/v1/namespaces/\(namespace)/leases"
        var request = ClusterRequest(method == "POST" ? path : "\(path)/\(name)")
        request.method = method
        request.body = body(namespace)
        return request
    }

    /// Looks whether the API server lets us read it. One that does not answer may do so later.
    public func check() throws(UserError) {
        do throws(ClusterFailure) {
            _ = try ask("read lease") { request(of: $0) { _ in nil } }
        } catch {
            if error.status == 401 || error.status == 403 { throw UserError(error.message) }
        }
    }

    /// The lease; nil when there is none.
    public func read() throws(UserError) -> StoredLease? {
        do throws(ClusterFailure) {
            return try StoredLease(json: try ask("read lease") { request(of: $0) { _ in nil } })
        } catch {
            if error.isMissing { return nil }
            throw UserError(error.message)
        }
    }

    /// Writes the lease, if the one there is still of that version.
    public func write(_ record: LeaseRecord, over version: String?) throws(UserError) -> LeaseWriting {
        do throws(ClusterFailure) {
            let answer = try ask("write lease") { client in
                request(version == nil ? "POST" : "PUT", of: client) { json(record, over: version, in: $0) }
            }
            return .written(version: try StoredLease(json: answer).version)
        } catch {
            // One that somebody has deleted is not there to be replaced.
            if error.isConflict || error.isMissing && version != nil { return .changed }
            throw UserError(error.message)
        }
    }

    private func ask(
        _ task: String, _ request: @escaping @Sendable (ClusterClient) -> ClusterRequest
    ) throws(ClusterFailure) -> [UInt8] {
        let (client, task) = (client, "\(task) \(name)")
        return try blocking { () async -> Result<[UInt8], ClusterFailure> in
            do throws(UserError) {
                let cluster = try await client()
                do throws(ClusterFailure) {
                    return .success(try await cluster.send(request(cluster), to: task))
                } catch {
                    return .failure(error)
                }
            } catch {
                return .failure(ClusterFailure("cannot \(task): \(error)"))
            }
        }.get()
    }

    private func json(_ record: LeaseRecord, over version: String?, in namespace: String) -> [UInt8] {
        var json = JSONWriter()
        // Kubernetes counts in whole seconds, and shows the time to the microsecond.
        let now = formatTimestamp(clock.now()).dropLast() + "000Z"
        json.object { json in
            json.member("apiVersion", "coordination.k8s.io/v1")
            json.member("kind", "Lease")
            json.key("metadata")
            json.object { json in
                json.member("name", name)
                json.member("namespace", namespace)
                if let version { json.member("resourceVersion", version) }
                json.key("annotations")
                json.object { $0.member(Self.annotation, "\(record.renewals) \(record.duration)") }
            }
            json.key("spec")
            json.object { json in
                json.member("holderIdentity", record.holder)
                json.member("leaseDurationSeconds", max(1, (record.duration + 999) / 1000))
                json.member("leaseTransitions", record.epoch)
                json.member("renewTime", String(now))
            }
        }
        return json.bytes
    }

    /// Reads what the annotation says beside the rest.
    fileprivate static func own(_ metadata: JSONValue?) -> (renewals: Int64, duration: Int64)? {
        let numbers = (metadata?["annotations"]?[annotation]?.text ?? "").split(separator: " ").compactMap { Int64($0) }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
    }
}

extension StoredLease {
    /// A lease as the API server shows it.
    fileprivate init(json: [UInt8]) throws(ClusterFailure) {
        let read = Result { () throws(UserError) in try JSONValue(json) }
        guard case .success(let lease) = read, let version = lease["metadata"]?["resourceVersion"]?.text else {
            throw ClusterFailure("cannot read lease: the answer is none")
        }
        let spec = lease["spec"]
        let holder = spec?["holderIdentity"]?.text ?? ""
        let seconds = min(max(1, spec?["leaseDurationSeconds"]?.integer ?? 15), LeaseTiming.longestLease / 1000)
        let renewed = spec?["renewTime"]?.text.flatMap { PreciseTime($0) }
        let own = ClusterLease.own(lease["metadata"])
        // The annotation is ours; somebody else's writing leaves it as it was.
        let isOurs = own.map { ($0.duration + 999) / 1000 == seconds } ?? false
        let byTime = renewed.map { $0.milliseconds.addingReportingOverflow($0.nanoseconds % 1000).partialValue } ?? 0
        self.init(
            record: LeaseRecord(
                holder: holder, epoch: max(0, spec?["leaseTransitions"]?.integer ?? 0),
                renewals: isOurs ? own?.renewals ?? byTime : byTime,
                duration: isOurs ? own?.duration ?? seconds * 1000 : seconds * 1000),
            version: version)
    }
}
