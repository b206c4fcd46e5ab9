import Configuration
import Foundation
import Logging
import Model
import Synchronization
import Testing
import Threads

@testable import Collectors

/// A target file that hangs: a pipe whose opening waits for somebody who writes, as a file server that is gone is waited for.
private final class Pipe: Sendable {
    let path: String
    /// How many have tried to read it, and how many came back.
    let begun = Atomic(0)
    let ended = Atomic(0)

    init(in folder: Folder) throws {
        path = "\(folder.path)/hangs.json"
        try #require(mkfifo(path, 0o600) == 0)
    }

    /// The machine's files, but for the care with which the appliance opens pipes.
    var access: FileAccess {
        FileAccess(
            read: { [self] (path, limit) throws(UserError) in
                begun.add(1, ordering: .sequentiallyConsistent)
                defer { ended.add(1, ordering: .sequentiallyConsistent) }
                return Array(try waitForText(path))
            }, glob: { matchingPaths($0) })
    }

    /// Waits until so many have tried to read it.
    func begun(_ count: Int) async {
        while begun.load(ordering: .sequentiallyConsistent) < count { await Task.yield() }
    }

    /// Lets one reader go on, with these targets.
    func write(_ text: String) throws {
        let before = ended.load(ordering: .sequentiallyConsistent)
        let end = try FileHandle(forWritingTo: URL(filePath: path))
        try end.write(contentsOf: Data(text.utf8))
        try end.close()
        while ended.load(ordering: .sequentiallyConsistent) == before { usleep(1000) }
    }
}

/// Opens a pipe, which waits for somebody who writes, and reads it to its end.
private func waitForText(_ path: String) throws(UserError) -> Data {
    guard let end = FileHandle(forReadingAtPath: path) else { throw UserError("cannot open \(path)") }
    do {
        return try end.readToEnd() ?? Data()
    } catch {
        throw UserError("cannot read \(path): \(error)")
    }
}

@Suite(.timeLimit(.minutes(1))) struct HangingFileTests {
    private let folder: Folder
    private let clock = ManualClock()
    private let memory = DiscoveryMemory()

    init() throws { folder = try Folder() }

    /// A reload and a stop end discovery and wait for its end, whatever a file does.
    @Test func discoveryEndsThoughAFileHangs() async throws {
        let pipe = try Pipe(in: folder)
        let config = config(pipe)
        let first = start(config, pipe, RecordingSink())
        await pipe.begun(1)
        await end(first)

        // The next configuration does not leave a second thread there, and says what is the matter.
        let sink = RecordingSink()
        let second = start(config, pipe, sink)
        let set = await sink.set(1)
        #expect(set.targets.map(\.url) == ["http://static/metrics"])
        #expect(
            set.problems == ["cannot look at target files, keeping their last targets: an earlier attempt still hangs"])
        // A job that goes and comes back is the same job.
        memory.keepOnly([])
        await clock.untilAsleep(2)
        clock.advance(by: .seconds(3))
        await clock.untilAsleep(2)
        #expect(pipe.begun.load(ordering: .sequentiallyConsistent) == 1)

        // What comes too late is thrown away; after it files are looked at as before.
        try pipe.write("[{\"targets\":[\"late\"]}]")
        let lane = memory.lane(of: "j", .files(config.fileDiscovery[0]))
        while lane.isBusy { await Task.yield() }
        clock.advance(by: .seconds(3))
        await pipe.begun(2)
        try pipe.write("[{\"targets\":[\"fresh\"]}]")
        let fresh = await sink.set(2)
        #expect(fresh.targets.map(\.url) == ["http://static/metrics", "http://fresh/metrics"])
        #expect(fresh.problems == [])
        await end(second)
    }

    @Test func aTaskThatWasCancelledBeforeIsNotKeptWaiting() async throws {
        let pipe = try Pipe(in: folder)
        let lane = BlockingLane()
        let task = Task { () -> String in
            while !Task.isCancelled { await Task.yield() }
            do {
                _ = try await lane.run { Result { try waitForText(pipe.path) } }
                return "an answer"
            } catch {
                return "\(error)"
            }
        }
        task.cancel()
        #expect(await task.value == "nobody waits for it any more")
        let end = try FileHandle(forWritingTo: URL(filePath: pipe.path))
        try end.close()
    }

    private func config(_ pipe: Pipe) -> ScrapeConfig {
        var config = ScrapeConfig(jobName: "j")
        config.staticGroups = [TargetGroup(targets: ["static"])]
        config.fileDiscovery = [FileDiscoveryConfig(files: [pipe.path])]
        return config
    }

    private func start(_ config: ScrapeConfig, _ pipe: Pipe, _ sink: RecordingSink) -> Task<Void, Never> {
        let discovery = Discovery(
            jobs: [config], sink: sink, fetcher: ScriptedFetcher([]), memory: memory, files: pipe.access, clock: clock,
            logger: Logger(level: .error))
        return Task { await discovery.run() }
    }

    private func end(_ discovery: Task<Void, Never>) async {
        discovery.cancel()
        await discovery.value
    }
}
