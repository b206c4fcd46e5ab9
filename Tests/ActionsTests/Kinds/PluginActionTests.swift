import Glibc
import Model
import Testing

@testable import Actions

@Suite("`plugin`", .enabled(if: access(binary, X_OK) == 0, "the binary was not built"))
struct PluginActionTests {
    private let scratch = Scratch()

    @Test("is the example in C: it looks at its settings, and does its work")
    func example() async throws {
        let path = scratch.file("append_line.so")
        let make = await ExecAction(
            argv: ["make", "-s", "-C", "\(repository)/examples/plugins/c", "LIBRARY=\(path)"], inherited: inherited
        ).perform(someEvent(), within: 30_000)
        try #require(make.verdict == .succeeded, "\(make)")
        let lines = scratch.file("lines")
        let action = PluginAction(path, settings: "{\"file\":\"\(lines)\"}")
        try await action.check()
        #expect(scratch.read("lines") == nil)
        #expect(
            await action.perform(someEvent(), within: 10_000)
                == AttemptOutcome(.succeeded, code: 0, output: "wrote 26 bytes to \(lines)"))
        #expect(scratch.read("lines") == "queue/7 QueueTooLong hard\n")

        let error = await #expect(throws: UserError.self) { try await PluginAction(path).check() }
        #expect(
            error?.message
                == "plugin \(path) (append_line) refuses its settings: `file` must be the whole path of a file")
        let failed = await PluginAction(path, settings: "{\"file\":\"/no/such/file\"}").perform(
            someEvent(), within: 10_000)
        #expect(
            failed == AttemptOutcome(.failed, code: 1, error: "cannot write /no/such/file: No such file or directory"))
    }

    @Test("gets settings and event as they are, and what it prints is kept before what it answers")
    func input() async throws {
        let path = try await scratch.plugin(
            "printf(\"printed %s\\n\", settings); fprintf(stderr, \"%zu\\n\", strlen(event));"
                + "snprintf(output, output_size, \"%s\", \"answered\"); return 0;")
        let settings = "{\"a\":\"é\\n\",\"b\":[1]}"
        let outcome = await PluginAction(path, settings: settings).perform(someEvent(), within: 10_000)
        #expect(outcome.code == 0 && outcome.verdict == .succeeded)
        #expect(outcome.output.hasSuffix("answered"))
        #expect(
            outcome.output.contains("printed \(settings)\n") && outcome.output.contains("\(someEvent().json.count)\n"))
    }

    @Test("that cannot be used is refused with the reason, and fails")
    func unusable() async throws {
        let text = scratch.write("no library", to: "text.so")
        let newer = try await scratch.plugin("return 0;", abi: "2", named: "newer")
        let half = try await scratch.compile("unsigned vedette_plugin_abi(void) { return 1; }", to: "half.so")
        let foreign = try await scratch.compile("int x;", to: "foreign.so")
        let unresolved = try await scratch.compile("void none(void); void f(void) { none(); }", to: "unresolved.so")
        for (path, reason) in [
            ("/no/such.so", "cannot open shared object file: No such file or directory"), (text, "file too short"),
            (newer, "it is made for version 2 of the plugin interface, here it is 1"),
            (half, "it has no function vedette_plugin_name"), (foreign, "it has no function vedette_plugin_abi"),
            (unresolved, "undefined symbol: none"),
        ] {
            let action = PluginAction(path)
            let error = await #expect(throws: UserError.self) { try await action.check() }
            #expect(error?.message == "cannot use plugin \(path): \(reason)")
            let outcome = await action.perform(someEvent(), within: 10_000)
            #expect(outcome == AttemptOutcome(.failed, error: "cannot use plugin \(path): \(reason)"))
        }
    }

    /// What a plugin does, and what comes of it.
    private static let misdeeds: [(body: String, verdict: AttemptOutcome.Verdict, code: Int?, error: String)] = [
        ("return 7;", .failed, 7, "the plugin returned 7"),
        ("snprintf(error, error_size, \"no luck\"); return -1;", .failed, -1, "no luck"),
        ("memset(error, 'x', error_size); return 1;", .failed, 1, String(repeating: "x", count: 1024)),
        ("*(volatile int *)0 = 1;", .failed, nil, "ended by signal 11 (SIGSEGV, Segmentation fault)"),
        ("abort();", .failed, nil, "ended by signal 6 (SIGABRT, Aborted)"),
        ("exit(0);", .failed, nil, "it ended its process (exit code 0) instead of returning"),
        ("_exit(3);", .failed, nil, "it ended its process (exit code 3) instead of returning"),
        ("for (;;) ;", .timedOut, nil, "not over within 200ms, and stopped"),
        ("sleep(100);", .timedOut, nil, "not over within 200ms, and stopped"),
        // A copy of the process comes back from the function as well.
        ("fork(); return 0;", .succeeded, 0, ""),
        // A reader that has gone is the plugin's own affair, as in any program.
        (
            "int p[2]; pipe(p); close(p[0]); write(p[1], \"x\", 1);", .failed, nil,
            "ended by signal 13 (SIGPIPE, Broken pipe)"
        ),
    ]

    @Test("that goes wrong spoils one attempt, with the reason")
    func misbehaves() async throws {
        let cases = Self.misdeeds.enumerated().map { "case \($0): { \($1.body) }\n" }.joined()
        let path = try await scratch.plugin("switch (atoi(settings)) { \(cases) } return 99;")
        for (number, misdeed) in Self.misdeeds.enumerated() {
            let limit: Int64 = misdeed.verdict == .timedOut ? 200 : 10_000
            let outcome = await PluginAction(path, settings: "\(number)").perform(someEvent(), within: limit)
            let expected = AttemptOutcome(misdeed.verdict, code: misdeed.code, error: misdeed.error)
            #expect(outcome == expected, "\(misdeed.body)")
        }
    }

    @Test("that does not listen is killed")
    func deaf() async throws {
        let path = try await scratch.plugin("signal(SIGTERM, SIG_IGN); for (;;) sleep(1);")
        #expect(await PluginAction(path).perform(someEvent(), within: 100).verdict == .timedOut)
        #expect(zombies() == [])
    }

    @Test("leaves no process behind: they are killed, whether it returned or not")
    func leftovers() async throws {
        let path = try await scratch.plugin(
            """
            for (int i = 0; i < 5; i++) if (fork() == 0) { signal(SIGTERM, SIG_IGN); signal(SIGHUP, SIG_IGN); for (;;) sleep(1); }
            printf("%d\\n", getpid()); fflush(stdout);
            if (strstr(settings, "hang")) for (;;) sleep(1);
            return 0;
            """)
        for (settings, verdict) in [("{}", AttemptOutcome.Verdict.succeeded), ("{\"hang\":1}", .timedOut)] {
            let outcome = await PluginAction(path, settings: settings).perform(someEvent(), within: 300)
            #expect(outcome.verdict == verdict)
            let group = try #require(outcome.output.split(separator: "\n").first.flatMap { Int32($0) })
            #expect(await eventually { !runs(group: group) })
        }
    }

    @Test("may print without end")
    func gigabyte() async throws {
        let path = try await scratch.plugin(
            """
            static char block[1 << 16]; memset(block, 'x', sizeof block);
            for (int i = 0; i < 4096; i++) write(1 + i % 2, block, sizeof block);
            snprintf(output, output_size, "done"); return 0;
            """)
        let outcome = await PluginAction(path).perform(someEvent(), within: 30_000)
        #expect(outcome.verdict == .succeeded)
        #expect(outcome.output == String(repeating: "x", count: AttemptOutcome.longestOutput - 4) + "done")
    }

    @Test("that hangs, crashes or ends while it looks at its settings is refused")
    func badValidation() async throws {
        for (body, reason) in [
            ("abort();", "ended by signal 6 (SIGABRT, Aborted)"),
            ("exit(0);", "it ended its process (exit code 0) instead of returning"),
        ] {
            let path = try await scratch.plugin("return 0;", validate: body)
            let error = await #expect(throws: UserError.self) { try await PluginAction(path).check() }
            #expect(error?.message == "cannot use plugin \(path): \(reason)")
        }
        let path = try await scratch.plugin("return 0;", validate: "return 4;")
        let error = await #expect(throws: UserError.self) { try await PluginAction(path).check() }
        #expect(error?.message == "plugin \(path) (plugin) refuses its settings: it returned 4")
    }

    @Test("is stopped when its task is cancelled")
    func cancelled() async throws {
        let path = try await scratch.plugin("system(\"touch \(scratch.file("begun"))\"); sleep(100); return 0;")
        let running = Task { await PluginAction(path).perform(someEvent(), within: 60_000) }
        #expect(await eventually { scratch.read("begun") != nil })
        running.cancel()
        #expect(await running.value.verdict == .cancelled)
    }

    @Test("says beforehand what it would be told")
    func plan() throws {
        let plan = try PluginAction("/p.so", settings: "{\"a\":1}").plan(someEvent())
        #expect(
            plan == "call vedette_plugin_execute of /p.so in a process of its own\n  settings {\"a\":1}\n  event "
                + String(decoding: someEvent().json, as: UTF8.self))
    }
}
