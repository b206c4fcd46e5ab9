import Foundation
import Instruments
import Logging
import Model
import RemoteWrite
import Synchronization
import Testing
import WriteBodies

@testable import HTTPAPI

/// A sink that remembers.
private final class FakeSink: SampleSink {
    let requests = Mutex<[WriteRequest]>([])
    let refusal = Mutex<HTTPError?>(nil)

    func store(_ request: WriteRequest) async throws -> StoredSamples {
        if let refusal = refusal.withLock({ $0 }) { throw refusal }
        requests.withLock { $0.append(request) }
        return StoredSamples(stored: request.sampleCount, future: 2, outOfRange: 1)
    }

    var count: Int { requests.withLock { $0.count } }
}

@Suite("Remote writes")
struct RemoteWriteTests {
    private let sink = FakeSink()
    private let registry = Registry()
    private let headers: HTTPHeaders = [
        "Content-Encoding": "snappy", "Content-Type": "application/x-protobuf",
        "X-Prometheus-Remote-Write-Version": "0.1.0",
    ]
    private let sound = WriteBody([([("__name__", "up"), ("job", "a")], [Sample(1000, 1), Sample(2000, 0)])])

    private func post(
        _ body: [UInt8], headers: HTTPHeaders? = nil, limits: RemoteWriteReceiver.Limits = .init(),
        logger: Logger = Logger(level: .error)
    ) async throws -> RouteAnswer {
        var services = fakeServices()
        services.remoteWrite = RemoteWriteReceiver(sink: sink, registry: registry, logger: logger, limits: limits)
        let request = try HTTPRequest(
            method: .post, target: "/api/v1/write", headers: headers ?? self.headers, body: body)
        let response = await Router.standard(services).respond(to: request)
        return RouteAnswer(
            status: response.status, headers: response.headers, body: try await bytes(of: response.body))
    }

    private func metric(_ name: String, _ label: String? = nil) -> Double? {
        for family in registry.snapshots() {
            for sample in family.samples where sample.name == name {
                if let label, !sample.labels.contains(where: { $0.value == label }) { continue }
                return sample.value
            }
        }
        return nil
    }

    @Test("are answered 204 when they are stored")
    func stored() async throws {
        let answer = try await post(sound.packed)
        #expect(answer.status == .noContent)
        #expect(answer.body.isEmpty)
        #expect(sink.requests.withLock { $0.first?.sampleCount } == 2)
        #expect(metric("vedette_remote_write_requests_total", "success") == 1)
        #expect(metric("vedette_remote_write_samples_total") == 2)
        #expect(metric("vedette_remote_write_dropped_total", "future") == 2)
        #expect(metric("vedette_remote_write_dropped_total", "out_of_range") == 1)
    }

    @Test("are refused with a word how to switch them on")
    func switchedOff() async throws {
        let answer = try await RouteClient(router: .standard(fakeServices())).post("/api/v1/write")
        #expect(answer.status == .notFound)
        #expect(answer.text == "cannot receive remote write: set `remote_write_receiver: true` in the configuration\n")
    }

    @Test(
        "are told what form they must have",
        arguments: [
            (
                ["Content-Type": "application/x-protobuf"],
                "Content-Encoding must be snappy (the block format), not none"
            ),
            (["Content-Encoding": "gzip"], "Content-Encoding must be snappy (the block format), not gzip"),
            (
                [
                    "Content-Encoding": "snappy",
                    "Content-Type": "application/x-protobuf;proto=io.prometheus.write.v2.Request",
                ],
                "not application/x-protobuf;proto=io.prometheus.write.v2.Request"
            ),
            (["Content-Encoding": "snappy", "Content-Type": "application/json"], "not application/json"),
        ] as [(HTTPHeaders, String)])
    func form(headers: HTTPHeaders, reason: String) async throws {
        let answer = try await post(sound.packed, headers: headers)
        #expect(answer.status.rawValue == 415)
        #expect(answer.text.contains(reason), "\(answer.text)")
        #expect(sink.count == 0)
        #expect(metric("vedette_remote_write_requests_total", "refused") == 1)
    }

    @Test(
        "may name the message of version 1",
        arguments: [
            "application/x-protobuf", "application/x-protobuf;proto=prometheus.WriteRequest",
            "Application/X-Protobuf; proto=\"prometheus.WriteRequest\"",
        ])
    func named(type: String) async throws {
        let answer = try await post(sound.packed, headers: ["Content-Encoding": "snappy", "Content-Type": type])
        #expect(answer.status == .noContent)
    }

    @Test(
        "that are damaged leave nothing",
        arguments: [
            ([], "no block of snappy"),
            (Array("hello".utf8), "no block of snappy"),
            (Array(WriteBody([([("__name__", "up")], [Sample(1, 1)])]).packed.dropLast()), "no block of snappy"),
            (snappy([0x0a, 0x05, 0x0a]), "ends within a field"),
            (WriteBody([([("job", "a")], [Sample(1, 1)])]).packed, "a series has no name"),
            (
                WriteBody([([("__name__", "up"), ("a", "1"), ("a", "2")], [Sample(1, 1)])]).packed,
                #"the label "a" stands twice in a series"#
            ),
        ])
    func damaged(body: [UInt8], reason: String) async throws {
        let answer = try await post(body)
        #expect(answer.status == .badRequest)
        #expect(answer.text.contains(reason), "\(answer.text)")
        #expect(answer.headers["Content-Type"]?.hasPrefix("text/plain") == true)
        #expect(sink.count == 0)
        #expect(metric("vedette_remote_write_requests_total", "refused") == 1)
    }

    @Test(
        "that say to be too large, or larger than they can be, are refused before they are unpacked",
        arguments: [
            (snappy([UInt8](repeating: 0, count: 101)), 413), (varint(128 << 20) + [0, 0], 400),
            ([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00], 400),
        ])
    func tooLarge(body: [UInt8], status: Int) async throws {
        let limits = RemoteWriteReceiver.Limits(packed: 1000, unpacked: 100, atOnce: 1000)
        #expect(try await post(body, limits: limits).status.rawValue == status)
        #expect(sink.count == 0)
    }

    @Test("wait for others that take too much memory")
    func tooMuchAtOnce() async throws {
        let limits = RemoteWriteReceiver.Limits(packed: 1000, unpacked: 100, atOnce: 10)
        let answer = try await post(sound.packed, limits: limits)
        #expect(answer.status == .serviceUnavailable)
        #expect(answer.headers["Retry-After"] == "5")
    }

    @Test("are to be sent again while the disk refuses")
    func refusal() async throws {
        sink.refusal.withLock { $0 = unavailable("the disk is full") }
        let answer = try await post(sound.packed)
        #expect(answer.status == .serviceUnavailable)
        #expect(answer.headers["Retry-After"] == "5")
        #expect(answer.text == "cannot store remote write: the disk is full\n")
        #expect(metric("vedette_remote_write_requests_total", "failure") == 1)
    }

    @Test("hold exemplars and native histograms that are counted and left out")
    func leftOut() async throws {
        var body = sound
        body.add(
            [("__name__", "latency")], [Sample(1, 1)],
            extra: delimited(3, [0x09] + [UInt8](repeating: 0, count: 8)) + delimited(4, []) + delimited(4, []))
        #expect(try await post(body.packed).status == .noContent)
        #expect(metric("vedette_remote_write_dropped_total", "exemplar") == 1)
        #expect(metric("vedette_remote_write_dropped_total", "native_histogram") == 2)
    }

    @Test("ask for a password where there is one")
    func password() async throws {
        var services = fakeServices()
        services.remoteWrite = RemoteWriteReceiver(sink: sink, registry: registry, logger: Logger(level: .error))
        var router = Router.standard(services)
        router.authenticator = BasicAuthentication(users: [("a", "b")])
        let answer = try await RouteClient(router: router).post("/api/v1/write", headers: headers)
        #expect(answer.status == .unauthorized)
        #expect(sink.count == 0)
    }
}
