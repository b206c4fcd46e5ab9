import Glibc
import Model
import Testing

@testable import Actions

@Suite("`exec`")
struct ExecActionTests {
    private let scratch = Scratch()

    private func shell(_ script: String, within milliseconds: Int64 = 10_000) async -> AttemptOutcome {
        await ExecAction(argv: ["sh", "-c", script], inherited: inherited).perform(someEvent(), within: milliseconds)
    }

    @Test(
        "ends as the program ends, in words",
        arguments: [
            ("exit 0", .succeeded, 0, ""), ("exit 3", .failed, 3, "exit code 3"),
            ("exit 255", .failed, 255, "exit code 255"),
            ("kill -9 $$", .failed, nil, "ended by signal 9 (SIGKILL, Killed)"),
            ("kill -SEGV $$", .failed, nil, "ended by signal 11 (SIGSEGV, Segmentation fault)"),
            ("kill -TERM $$", .failed, nil, "ended by signal 15 (SIGTERM, Terminated)"),
        ] as [(String, AttemptOutcome.Verdict, Int?, String)])
    func ends(script: String, verdict: AttemptOutcome.Verdict, code: Int?, error: String) async {
        #expect(await shell(script) == AttemptOutcome(verdict, code: code, error: error))
    }

    @Test("hands over arguments as they are, the event, and both outputs in their order")
    func inputAndOutput() async {
        let words = ["printf", "%s|", "a b", "$HOME", "*", "", "é\"'"]
        #expect(
            await ExecAction(argv: words, inherited: inherited).perform(someEvent(), within: 10_000)
                == AttemptOutcome(.succeeded, code: 0, output: "a b|$HOME|*||é\"'|"))
        #expect(await shell("echo one; echo two >&2; echo three").output == "one\ntwo\nthree\n")
        #expect(await shell("cat").output == String(decoding: someEvent().json, as: UTF8.self))
        var action = ExecAction(argv: ["cat"], inherited: inherited)
        action.input = .none
        #expect(await action.perform(someEvent(), within: 10_000) == AttemptOutcome(.succeeded, code: 0))
    }

    @Test("gives an event of megabytes to who wants it, and does not mind who does not")
    func largeInput() async {
        var event = someEvent()
        event.alerts[0].annotations = ["text": String(repeating: "x", count: 1 << 20)]
        let action = ExecAction(argv: ["sh", "-c", "wc -c"], inherited: inherited)
        #expect(await action.perform(event, within: 10_000).output == "\(event.json.count)\n")
        #expect(await ExecAction(argv: ["true"], inherited: inherited).perform(event, within: 10_000).code == 0)
    }

    @Test("has the appliance's variables, those that are configured, and the event's")
    func environment() async {
        var action = ExecAction(argv: ["/usr/bin/env"], inherited: ["A": "1", "B": "2", "VEDETTE_RULE": "x"])
        action.environment = ["B": "3", "C": "", "VEDETTE_STATE": "x"]
        let lines = Set(await action.perform(someEvent(), within: 10_000).output.split(separator: "\n"))
        #expect(lines.isSuperset(of: ["A=1", "B=3", "C=", "VEDETTE_RULE=QueueTooLong", "VEDETTE_STATE=hard"]))
        #expect(lines.contains("VEDETTE_LABEL_QUEUE=mail") && lines.contains("VEDETTE_ACTION_KEY=queue/7"))
        #expect(lines.count == 3 + someEvent().environment.count)
    }

    @Test("begins in its folder")
    func directory() async {
        var action = ExecAction(argv: ["pwd"], inherited: inherited)
        action.directory = scratch.path
        #expect(await action.perform(someEvent(), within: 10_000).output == "\(scratch.path)\n")
        action.directory = scratch.file("none")
        let reason = "cannot run pwd in \(scratch.file("none")): No such file or directory"
        #expect(await action.perform(someEvent(), within: 10_000) == AttemptOutcome(.failed, error: reason))
        let error = await #expect(throws: UserError.self) { try await action.check() }
        #expect(error?.message == "cannot enter \(scratch.file("none")): No such file or directory")
    }

    @Test("is refused when there is no program that can be run, and fails when it has gone")
    func programs() async throws {
        scratch.write("#!/bin/sh\necho hello", to: "good")
        scratch.write("echo", to: "plain")
        mkdir(scratch.file("folder"), 0o755)
        scratch.write("#!/no/such/interpreter\n", to: "bad")
        for (program, reason) in [
            ("no-such", "there is none in \(scratch.path)"), ("folder", "\(scratch.file("folder")): it is not a file"),
            ("plain", "\(scratch.file("plain")): Permission denied"), ("", "there is none in"),
            (scratch.file("plain"), "Permission denied"),
            (scratch.file("none"), "No such file or directory"), (scratch.file("folder"), "it is not a file"),
        ] {
            if program.isEmpty { continue }
            let action = ExecAction(argv: [program], inherited: ["PATH": scratch.path])
            let error = await #expect(throws: UserError.self) { try await action.check() }
            #expect(error?.message == "cannot run \(program): \(reason)")
            let outcome = await action.perform(someEvent(), within: 10_000)
            #expect(outcome == AttemptOutcome(.failed, error: "cannot run \(program): \(reason)"))
        }
        let good = ExecAction(argv: ["good"], inherited: ["PATH": "relative:/no/such:\(scratch.path)"])
        try await good.check()
        #expect(await good.perform(someEvent(), within: 10_000).output == "hello\n")
        // Only the kernel knows that this one cannot be run.
        let bad = await ExecAction(argv: [scratch.file("bad")], inherited: [:]).perform(someEvent(), within: 10_000)
        #expect(bad.error == "cannot run \(scratch.file("bad")): No such file or directory")
    }

    @Test("is stopped when its time is over, with all that it started")
    func timeOut() async throws {
        let script = "sleep 100 & echo $! > \(scratch.file("pid")); echo begun; wait"
        let outcome = await shell(script, within: 300)
        #expect(outcome == AttemptOutcome(.timedOut, output: "begun\n", error: "not over within 300ms, and stopped"))
        let sleeper = try #require(scratch.read("pid").flatMap { Int32($0.dropLast()) })
        #expect(await eventually { !runs(sleeper) })
    }

    @Test("is killed when it does not listen")
    func killed() async throws {
        var order = ProcessOrder(program: "sh", arguments: ["sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"])
        order.environment = inherited
        order.grace = 200
        let begin = monotonicNanoseconds()
        #expect(try await run(order, within: 200).manner == .timedOut)
        let milliseconds = (monotonicNanoseconds() - begin) / 1_000_000
        #expect((400..<1200).contains(milliseconds), "\(milliseconds) ms")
    }

    @Test("has time to clean up when it is stopped")
    func grace() async {
        let outcome = await shell("trap 'echo cleaned; exit 5' TERM; while :; do sleep 0.02; done", within: 100)
        #expect(outcome.verdict == .timedOut && outcome.output.hasSuffix("cleaned\n"), "\(outcome)")
    }

    @Test("may leave cleaning up to what it started")
    func graceOfOthers() async {
        let outcome = await shell(
            "(trap 'sleep 0.2; echo cleaned; exit' TERM; while :; do sleep 0.02; done) & wait", within: 100)
        #expect(outcome.verdict == .timedOut && outcome.output.hasSuffix("cleaned\n"), "\(outcome)")
    }

    @Test("is stopped when its task is cancelled, also before it began")
    func cancelled() async throws {
        let running = Task { await shell("echo $$ > \(scratch.file("pid")); sleep 100", within: 60_000) }
        #expect(await eventually { scratch.read("pid")?.hasSuffix("\n") == true })
        running.cancel()
        let outcome = await running.value
        #expect(outcome.verdict == .cancelled && outcome.error == "stopped, because it was not wanted any more")
        let process = try #require(scratch.read("pid").flatMap { Int32($0.dropLast()) })
        #expect(!runs(process))

        let never = Task { () -> AttemptOutcome in
            while !Task.isCancelled { await Task.yield() }
            return await self.shell("touch \(scratch.file("never"))")
        }
        never.cancel()
        #expect(await never.value.verdict == .cancelled)
        #expect(scratch.read("never") == nil)
    }

    @Test("may print a gigabyte: its end is kept")
    func gigabyte() async {
        let before = peakMemory()
        let outcome = await shell("head -c 1000000000 /dev/zero; echo end")
        #expect(outcome.code == 0)
        #expect(outcome.output == String(repeating: "\0", count: AttemptOutcome.longestOutput - 4) + "end\n")
        #expect(peakMemory() - before < 64 << 10, "\(peakMemory() - before) KiB")
    }

    @Test("is read to the end, also when a large pipe is full of it")
    func fullPipe() async {
        let outcome = await shell("perl -e 'fcntl(STDOUT, 1031, 1 << 20); syswrite(STDOUT, \"x\" x 1000000 . \"end\")'")
        #expect(outcome.output.hasSuffix("xend"), "\(outcome.error)")
    }

    @Test("does not wait for what it leaves in the background, and leaves it alone")
    func background() async throws {
        let begin = monotonicNanoseconds()
        let outcome = await shell("sleep 100 & echo $!")
        #expect(monotonicNanoseconds() - begin < 5_000_000_000)
        #expect(outcome.verdict == .succeeded)
        let sleeper = try #require(Int32(outcome.output.dropLast()))
        #expect(runs(sleeper))
        kill(sleeper, SIGKILL)
    }

    @Test("does not end when it closes its outputs, but when it ends")
    func closedOutputs() async {
        #expect(await shell("exec >&- 2>&-; sleep 0.2; exit 4").code == 4)
    }

    @Test("has no files but its three, no signals blocked or ignored, and a group and session of its own")
    func cleanStart() async throws {
        signal(SIGPIPE, SIG_IGN)
        // Careless: not closed in what we start.
        let careless = open("/dev/null", O_RDONLY)
        defer { close(careless) }
        let outcome = await shell(
            "echo /proc/self/fd/*; cat /proc/self/status; cut -d' ' -f5,6 /proc/$$/stat; echo $$ $$")
        let lines = outcome.output.split(separator: "\n")
        // The shell that looks has the folder open.
        #expect(lines.first == "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3")
        for name in ["SigBlk", "SigIgn", "SigCgt"] {
            let line = lines.first { $0.hasPrefix("\(name):") }
            // But for two that the C library has for itself, and that it has every program ignore that it starts.
            let mask = line.flatMap { UInt64($0.dropFirst(name.count + 2), radix: 16) }
            #expect(mask.map { $0 & ~0x1_8000_0000 } == 0, "\(line ?? "")")
        }
        #expect(lines.count > 2 && lines.dropLast().last == lines.last)
    }

    @Test("runs a hundred at once, and none stays behind")
    func hundred() async {
        let begin = monotonicNanoseconds()
        await withTaskGroup(of: AttemptOutcome.self) { group in
            for number in 0..<100 { group.addTask { await shell("sleep 0.5; echo \(number); exit \(number % 3)") } }
            var seen: Set<String> = []
            for await outcome in group {
                seen.insert(outcome.output)
                let number = Int(outcome.output.dropLast()) ?? -1
                #expect(outcome.code == number % 3, "\(outcome)")
            }
            #expect(seen.count == 100)
        }
        #expect(monotonicNanoseconds() - begin < 20_000_000_000)
        #expect(await eventually { zombies() == [] })
    }

    @Test("leaves no descriptor open")
    func descriptors() async {
        _ = await shell("true")
        let before = openFiles()
        for _ in 0..<20 {
            _ = await shell("exit 1")
            _ = await ExecAction(argv: ["/no/such"], inherited: [:]).perform(someEvent(), within: 1000)
        }
        #expect(await eventually { openFiles() <= before }, "\(openFiles()) after \(before)")
    }

    @Test("says beforehand what it would run")
    func plan() throws {
        var action = ExecAction(argv: ["page", "a b", "--x=1", ""], inherited: ["SECRET": "1"])
        action.directory = "/srv"
        action.environment = ["TOKEN": "t", "VEDETTE_RULE": "mine"]
        let plan = try action.plan(someEvent())
        #expect(
            plan.hasPrefix(
                "run page \"a b\" --x=1 \"\" in /srv with the event as JSON on its standard input, and in its environment\n"
                    + "  TOKEN=t\n  VEDETTE_ACTION=page\n"), "\(plan)")
        #expect(plan.contains("\n  VEDETTE_RULE=QueueTooLong\n") && plan.contains("\n  VEDETTE_THRESHOLD=\"> 100\"\n"))
        #expect(!plan.contains("SECRET"))
        action.input = .none
        #expect(try action.plan(someEvent()).contains("in /srv without input, and"))
    }
}

private func openFiles() -> Int {
    guard let directory = opendir("/proc/self/fd") else { return 0 }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    return count
}

/// The most memory that this process has had, in KiB.
private func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss
}
