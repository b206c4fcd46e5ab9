import Instruments
import Logging
import Model
import RemoteWrite
import Synchronization

/// Who stores the samples that are written from outside.
public protocol SampleSink: Sendable {
    /// Stores all of a request, and waits until it is in the file. Throws an `HTTPError` of status 503 when it cannot be
    /// written at present.
    func store(_ request: WriteRequest) async throws -> StoredSamples
}

/// What became of a request's samples.
public struct StoredSamples: Sendable {
    /// The ones that are stored.
    public var stored: Int
    /// Those that lie too far in the future.
    public var future: Int
    /// Those of a time that cannot be stored.
    public var outOfRange: Int

    /// What became of a request's samples.
    public init(stored: Int, future: Int, outOfRange: Int) {
        self.stored = stored
        self.future = future
        self.outOfRange = outOfRange
    }
}

/// Takes remote writes: bodies as they come in, to samples that are stored, and counts them.
public final class RemoteWriteReceiver: Sendable {
    /// The longest body, packed and unpacked, and the most that is unpacked at once.
    struct Limits {
        var packed = 32 << 20
        var unpacked = 128 << 20
        var atOnce = 192 << 20
    }

    let limits: Limits
    private let sink: any SampleSink
    private let logger: Logger
    private let instruments: RemoteWriteInstruments
    private let unpackedBytes = Atomic(0)
    private let saidLeftOut = Atomic(false)

    /// A receiver that hands samples to `sink`.
    public convenience init(sink: any SampleSink, registry: Registry, logger: Logger) {
        self.init(sink: sink, registry: registry, logger: logger, limits: Limits())
    }

    init(sink: any SampleSink, registry: Registry, logger: Logger, limits: Limits) {
        self.sink = sink
        self.logger = logger
        self.limits = limits
        instruments = RemoteWriteInstruments(registry)
    }

    /// Takes a request; when this returns its samples are in the file. Throws an `HTTPError`.
    func receive(_ request: HTTPRequest) async throws {
        do {
            try checkForm(request.headers)
            try await receive(request.body)
            instruments.succeeded.increment()
        } catch let error as HTTPError where error.status.rawValue < 500 {
            instruments.refused.increment()
            throw error
        } catch {
            instruments.failed.increment()
            throw error
        }
    }

    private func receive(_ body: [UInt8]) async throws {
        let block = try readable { () throws(UserError) in try SnappyBlock(body) }
        if block.size > limits.unpacked {
            throw HTTPError(
                .contentTooLarge,
                "cannot receive remote write: the body is longer than \(limits.unpacked) bytes when it is unpacked")
        }
        // Many large bodies at once would take all memory there is.
        let total = unpackedBytes.wrappingAdd(block.size, ordering: .relaxed).newValue
        defer { unpackedBytes.wrappingSubtract(block.size, ordering: .relaxed) }
        if total > limits.atOnce { throw unavailable("too much is being received") }
        let request = try readable { () throws(UserError) in try WriteRequest(message: try block.unpack()) }
        let outcome = try await sink.store(request)
        instruments.samples.increment(by: outcome.stored)
        instruments.future.increment(by: outcome.future)
        instruments.outOfRange.increment(by: outcome.outOfRange)
        leaveOut(request)
    }

    /// Exemplars and native histograms have no place in the file. That is counted, and said once.
    private func leaveOut(_ request: WriteRequest) {
        instruments.exemplars.increment(by: request.exemplarCount)
        instruments.histograms.increment(by: request.histogramCount)
        guard request.exemplarCount + request.histogramCount > 0,
            !saidLeftOut.exchange(true, ordering: .relaxed)
        else { return }
        logger.warn(
            "remote writes hold exemplars or native histograms, which are not stored: their other samples are",
            ["exemplars": String(request.exemplarCount), "histograms": String(request.histogramCount)])
    }

    private func checkForm(_ headers: HTTPHeaders) throws(HTTPError) {
        let encoding = headers["Content-Encoding"] ?? "none"
        guard sameIgnoringCase(encoding, "snappy") else {
            throw HTTPError(
                .unsupportedMediaType,
                "cannot receive remote write: the Content-Encoding must be snappy (the block format), not \(encoding)")
        }
        guard let type = headers["Content-Type"] else { return }
        let parts = type.split(separator: ";").map { String($0.filter { $0 != " " && $0 != "\"" }) }
        let message = parts.dropFirst().first { $0.lowercased().hasPrefix("proto=") }?.dropFirst(6) ?? version1
        guard sameIgnoringCase(parts.first ?? "", "application/x-protobuf"), message == version1 else {
            throw HTTPError(
                .unsupportedMediaType,
                """
                cannot receive remote write: the Content-Type must be application/x-protobuf with the message \
                \(version1) (remote write 1.0), not \(type)
                """)
        }
    }
}

/// What `body` reads of a request; what is wrong with it is the sender's fault.
private func readable<Value>(_ body: () throws(UserError) -> Value) throws(HTTPError) -> Value {
    do throws(UserError) {
        return try body()
    } catch {
        throw HTTPError(.badRequest, error.message)
    }
}

private let version1: Substring = "prometheus.WriteRequest"

/// What cannot be stored just now; whoever sends it is to send it again.
public func unavailable(_ reason: String) -> HTTPError {
    HTTPError(.serviceUnavailable, "cannot store remote write: \(reason)", headers: ["Retry-After": "5"])
}

/// What is counted about remote writes.
private struct RemoteWriteInstruments {
    let succeeded: Counter
    let refused: Counter
    let failed: Counter
    let samples: Counter
    let future: Counter
    let outOfRange: Counter
    let exemplars: Counter
    let histograms: Counter

    init(_ registry: Registry) {
        let requests = registry.counters(
            "vedette_remote_write_requests_total", "Remote writes by what came of them.", by: ["outcome"])
        succeeded = requests.with("success")
        refused = requests.with("refused")
        failed = requests.with("failure")
        samples = registry.counter(
            "vedette_remote_write_samples_total", "Samples of remote writes that are in the store.")
        let dropped = registry.counters(
            "vedette_remote_write_dropped_total", "What remote writes held and was left out, by reason.",
            by: ["reason"])
        future = dropped.with("future")
        outOfRange = dropped.with("out_of_range")
        exemplars = dropped.with("exemplar")
        histograms = dropped.with("native_histogram")
    }
}
