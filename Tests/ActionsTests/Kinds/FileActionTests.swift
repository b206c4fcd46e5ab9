import Glibc
import Model
import Testing
import Threads

@testable import Actions

@Suite("`file`")
struct FileActionTests {
    private let scratch = Scratch()

    private func action(_ folder: String = "a/b", size: Int64 = 1 << 20, metric: String? = nil) -> FileAction {
        var action = FileAction()
        action.directory = scratch.file(folder)
        action.size = size
        action.metric = metric
        return action
    }

    @Test("makes a file of the size, and the folder", arguments: [1, 4096, 1 << 18, (1 << 20) + 1])
    func makes(size: Int64) async throws {
        let action = action(size: size)
        try await action.check()
        #expect(scratch.names() == [])
        let name = "metric_QueueTooLong_1763708114.bin"
        #expect(try action.plan(someEvent()) == "write \(size) bytes to \(action.directory)/\(name)")
        let outcome = await action.perform(someEvent(), within: 10_000)
        #expect(outcome == AttemptOutcome(.succeeded, output: "\(action.directory)/\(name)"))
        #expect(scratch.names(in: "a/b") == [name])
        var info = stat()
        #expect(stat("\(action.directory)/\(name)", &info) == 0 && info.st_size == size)
    }

    @Test("takes nobody's place, and is written the same at another attempt")
    func again() async throws {
        let name = "metric_QueueTooLong_1763708114.bin"
        let other = "metric_QueueTooLong_1763708114_7.bin"
        scratch.write("half", to: ".\(name).7.part")
        scratch.write("another's", to: name)
        for _ in 0..<2 {
            let outcome = await action("", size: 10).perform(someEvent(), within: 10_000)
            #expect(outcome.verdict == .succeeded && outcome.output.hasSuffix(other))
            #expect(scratch.names() == [name, other])
            #expect(scratch.read(name) == "another's")
            #expect(scratch.read(other) == String(repeating: "\0", count: 10))
        }
    }

    @Test("is named by the metric, in which nothing leads elsewhere")
    func names() async throws {
        let action = action("", size: 1, metric: "../../etc/pass wd{a=\"é\"}:x-1.y")
        #expect(await action.perform(someEvent(), within: 10_000).verdict == .succeeded)
        #expect(scratch.names() == ["metric_.._.._etc_pass_wd_a______:x-1.y_1763708114.bin"])
    }

    @Test("is refused where nothing can be written")
    func refused() async throws {
        scratch.write("", to: "file")
        for folder in ["file", "file/below"] {
            let action = action(folder)
            await #expect(throws: UserError.self) { try await action.check() }
            let outcome = await action.perform(someEvent(), within: 10_000)
            #expect(outcome.verdict == .failed && outcome.error.hasSuffix("ot a directory"), "\(outcome)")
        }
    }

    @Test("ends at its time or when it is cancelled, and leaves nothing behind")
    func timeOut() async throws {
        // More than can be written meanwhile, and no more than there may be room for.
        let action = action("", size: 1 << 40)
        let outcome = await action.perform(someEvent(), within: 30)
        #expect(outcome == AttemptOutcome(.timedOut, error: "not over within 30ms, and stopped"))
        #expect(await eventually { scratch.names() == [] })

        let another = self.action("", size: 1 << 40)
        let running = Task { await another.perform(someEvent(), within: 60_000) }
        #expect(await eventually { scratch.names() != [] })
        running.cancel()
        #expect(await running.value.verdict == .cancelled)
        #expect(await eventually { scratch.names() == [] })
    }

    @Test("on a full disk is an attempt that failed, and leaves nothing behind", .enabled(if: geteuid() == 0))
    func fullDisk() async throws {
        let disk = scratch.file("disk")
        mkdir(disk, 0o700)
        guard mount("tmpfs", disk, "tmpfs", 0, "size=1m") == 0 else { return }
        defer { umount(disk) }
        let outcome = await action("disk", size: 2 << 20).perform(someEvent(), within: 10_000)
        #expect(
            outcome
                == AttemptOutcome(
                    .failed, error: "cannot write metric_QueueTooLong_1763708114.bin: No space left on device"))
        #expect(scratch.names(in: "disk") == [])
        #expect(await action("disk", size: 1 << 19).perform(someEvent(), within: 10_000).verdict == .succeeded)
    }

    @Test("does nothing more while an earlier attempt hangs")
    func hangs() async throws {
        let work = TimedWork()
        let gate = Mailbox<Int>()
        let first = await work.run(within: 20) { _ throws(UserError) in _ = gate.takeAll(waitingAtMost: 60_000) }
        guard case .timedOut = first else {
            Issue.record("\(first)")
            return
        }
        guard case .failed(let error) = await work.run(within: 1000, { _ throws(UserError) in }) else {
            Issue.record("it began")
            return
        }
        #expect(error.message == "an earlier attempt still hangs")
        gate.post(1)
        var goesOn = false
        for _ in 0..<500 where !goesOn {
            if case .done = await work.run(within: 1000, { _ throws(UserError) in }) { goesOn = true }
            if !goesOn { try await Task.sleep(for: .milliseconds(5)) }
        }
        #expect(goesOn)
    }
}
