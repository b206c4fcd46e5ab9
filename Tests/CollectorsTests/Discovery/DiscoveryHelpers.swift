import Foundation
import Model
import Synchronization

@testable import Collectors

/// A clock that stands still until it is told to go on.
final class ManualClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
    }

    private struct Sleeper {
        var deadline: Instant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var next = 0
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    var now: Instant { state.withLock { $0.now } }
    var minimumResolution: Duration { .zero }
    /// How many are asleep.
    var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let done = state.withLock { state -> Result<Void, any Error>? in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    if deadline <= state.now { return .success(()) }
                    state.sleepers[id] = Sleeper(deadline: deadline, continuation: continuation)
                    return nil
                }
                if let done { continuation.resume(with: done) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: id)
                if sleeper == nil { state.cancelled.insert(id) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves time on and wakes whoever has slept long enough.
    func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let woken = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in woken.keys { state.sleepers[id] = nil }
            return woken.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Waits until so many are asleep, which says that they have done their work.
    func untilAsleep(_ count: Int) async {
        while sleeperCount < count { await Task.yield() }
    }
}

/// Keeps the sets it is told.
final class RecordingSink: DiscoverySink {
    private let sets = Mutex<[TargetSet]>([])

    func targetsChanged(_ set: TargetSet) async { sets.withLock { $0.append(set) } }

    var all: [TargetSet] { sets.withLock { $0 } }

    /// Waits for the set of a number, counted from 1.
    func set(_ number: Int) async -> TargetSet {
        while all.count < number { await Task.yield() }
        return all[number - 1]
    }
}

/// Gives the answers it was given, one after the other, the last one for ever.
final class ScriptedFetcher: HTTPFetching {
    private struct State {
        var answers: [Result<DiscoveryAnswer, UserError>]
        var requests: [DiscoveryRequest] = []
    }

    private let state: Mutex<State>

    init(_ answers: [Result<DiscoveryAnswer, UserError>]) { state = Mutex(State(answers: answers)) }

    var requests: [DiscoveryRequest] { state.withLock { $0.requests } }

    func fetch(_ request: DiscoveryRequest) async throws(UserError) -> DiscoveryAnswer {
        let answer = state.withLock { state in
            state.requests.append(request)
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers.first
        }
        guard let answer else { throw UserError("no answer left") }
        return try answer.get()
    }
}

/// A JSON answer with these targets in one group.
func answer(_ targets: String...) -> Result<DiscoveryAnswer, UserError> {
    let list = targets.map { "\"\($0)\"" }.joined(separator: ",")
    return .success(
        DiscoveryAnswer(status: 200, contentType: "application/json", body: Array("[{\"targets\":[\(list)]}]".utf8)))
}

/// A folder for a test, taken away afterwards.
final class Folder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "vedette-discovery-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { print("cannot remove \(path): \(error)") }
    }

    /// Writes a file as careful programs do: beside it, then renamed.
    func write(_ name: String, _ text: String) throws {
        try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    }
}
