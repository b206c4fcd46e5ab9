import Configuration
import Logging
import Model
import Testing

@testable import Actions

/// What a text under `actions:` comes to, and all that is wrong with it.
private func decoded(_ text: String) -> (section: ActionsSection?, problems: [String]) {
    let context = DecodingContext(environment: ["WHO": "ops", "PORT": "25"], folder: "/etc/vedette")
    do throws(ConfigurationError) {
        let loaded = try loadConfiguration(Array("actions:\n\(text)".utf8), in: context) { root in
            root.node("actions").map {
                ActionsSection(from: $0, in: root.context, using: ActionTools(logger: Logger()))
            } ?? ActionsSection()
        }
        return (loaded.value, [])
    } catch {
        return (nil, error.problems.map(\.description))
    }
}

@Suite("The section `actions`")
struct ActionsSectionTests {
    @Test("holds actions of every kind, with their settings")
    func everything() throws {
        let (section, problems) = decoded(
            """
              - name: note
                log:
              - name: loud
                log: {level: error}
              - name: dump
                timeout: 1m
                attempts: 1
                retry: {min: 2s, max: 10s}
                concurrency: 1
                cancel_on_resolve: true
                file: {directory: dumps, size: 2KiB, metric: queue}
              - name: page
                exec:
                  argv: [./page.sh, "--to", "${WHO}", --twice]
                  environment: {WHO: "${WHO}", EMPTY: }
                  directory: /srv
                  stdin: none
              - name: lib.so_1-a
                plugin:
                  directory: plugins
                  name: mail
                  settings: {port: "${PORT}", tls: true, to: [a, "1", 2.5, ~], deep: {x: "true", y: 0x1f, z: yes}}
              - name: other
                plugin: {path: /opt/p.so}
            """)
        #expect(problems == [])
        let actions = try #require(section).actions
        #expect(actions.map(\.name) == ["note", "loud", "dump", "page", "lib.so_1-a", "other"])
        #expect(actions.map(\.kind) == [.log, .log, .file, .exec, .plugin, .plugin])
        #expect(actions[0].settings == ActionSettings())
        #expect((actions[1].action as? LogAction)?.level == .error)

        let settings = actions[2].settings
        #expect(settings.timeout == 60_000 && settings.attempts == 1 && settings.concurrency == 1)
        #expect(settings.shortestPause == 2000 && settings.longestPause == 10_000 && settings.cancelOnResolve)
        let file = try #require(actions[2].action as? FileAction)
        #expect(file.directory == "/etc/vedette/dumps" && file.size == 2048 && file.metric == "queue")

        let exec = try #require(actions[3].action as? ExecAction)
        #expect(exec.argv == ["/etc/vedette/./page.sh", "--to", "ops", "--twice"])
        #expect(exec.environment == ["WHO": "ops", "EMPTY": ""] && exec.directory == "/srv" && exec.input == .none)
        #expect(exec.inherited == ["WHO": "ops", "PORT": "25"])

        let plugin = try #require(actions[4].action as? PluginAction)
        #expect(plugin.path == "/etc/vedette/plugins/mail.so")
        #expect(
            String(decoding: plugin.settings, as: UTF8.self) == """
                {"port":"25","tls":true,"to":["a","1",2.5,null],"deep":{"x":"true","y":"0x1f","z":"yes"}}
                """)
        let other = try #require(actions[5].action as? PluginAction)
        #expect(other.path == "/opt/p.so" && other.settings == Array("{}".utf8))
        #expect(section?["page"]?.kind == .exec && section?["none"] == nil)
        #expect(actions[1].place.line == 4)
    }

    @Test("keeps the shorter pause below the longer when only one is given")
    func pauses() {
        let (section, _) = decoded("  - {name: a, log: , retry: {max: 500ms}}\n  - {name: b, log: , retry: {min: 10m}}")
        #expect(section?.actions.map(\.settings.shortestPause) == [500, 600_000])
        #expect(section?.actions.map(\.settings.longestPause) == [500, 600_000])
    }

    @Test(
        "says what is wrong, and where",
        arguments: [
            ("  {a: b}", "line 2, column 3: expected a list, found a map"),
            ("  - log:", "line 2, column 5: `name` is missing"),
            ("  - name: a b\n    log:", "line 2, column 5: \"a b\" is no name of an action: up to 100 letters"),
            ("  - name: é\n    log:", "is no name of an action"),
            ("  - {name: a, log: }\n  - {name: a, log: }", "line 3, column 6: the action `a` stands twice"),
            ("  - name: a", "line 2, column 5: it is not said what the action does: one of `log`, `file`, `exec`"),
            ("  - name: a\n    log:\n    file:", "line 4, column 5: an action does one thing, and here stand both"),
            ("  - name: a\n    lgo:", "line 3, column 5: unknown key `lgo`, did you mean `log`?"),
            (
                "  - name: a\n    log:\n    timout: 1s",
                "line 4, column 5: unknown key `timout`, did you mean `timeout`?"
            ),
            ("  - name: a\n    log: {level: loud}", "line 3, column 11: unknown level `loud`, expected one of debug"),
            ("  - name: a\n    log: {levle: info}", "unknown key `levle`, did you mean `level`?"),
            ("  - name: a\n    log:\n    timeout: 0s", "line 4, column 5: timeout must be longer than 0"),
            ("  - name: a\n    log:\n    timeout: 2d", "timeout must be longer than 0 and at most 1d"),
            ("  - name: a\n    log:\n    attempts: 0", "expected a whole number from 1 to 100, found 0"),
            ("  - name: a\n    log:\n    concurrency: 101", "expected a whole number from 1 to 100, found 101"),
            ("  - name: a\n    log:\n    cancel_on_resolve: maybe", "expected true or false"),
            ("  - name: a\n    log:\n    retry: {min: 2m, max: 1m}", "line 4, column 13: min is longer than max"),
            ("  - name: a\n    log:\n    retry: {mni: 2m}", "unknown key `mni`, did you mean `min`?"),
            ("  - name: a\n    log:\n    retry: 5s", "expected a map"),
            ("  - name: a\n    file: {size: 0}", "a size from 1B to 1TiB is expected"),
            ("  - name: a\n    file: {size: 2TB}", "a size from 1B to 1TiB is expected"),
            ("  - name: a\n    file: {size: 5}", "cannot read size \"5\""),
            ("  - name: a\n    exec:", "line 3, column 10: `argv` is missing"),
            ("  - name: a\n    exec: {argv: []}", "`argv` names no program"),
            ("  - name: a\n    exec: {argv: [\"\"]}", "`argv` names no program"),
            ("  - name: a\n    exec: {argv: echo}", "expected a list, found `echo`"),
            ("  - name: a\n    exec: {argv: [echo, \"a\\0b\"]}", "an argument cannot have a zero byte"),
            ("  - name: a\n    exec: {argv: [echo], environment: {\"a=b\": c}}", "\"a=b\" is no name of a variable"),
            ("  - name: a\n    exec: {argv: [echo], environment: {a: \"\\0\"}}", "a variable cannot have a zero byte"),
            ("  - name: a\n    exec: {argv: [echo], environment: [a]}", "expected a map"),
            ("  - name: a\n    exec: {argv: [echo], stdin: file}", "unknown input `file`, expected one of event, none"),
            ("  - name: a\n    exec: {argv: [\"${NOBODY}\"]}", "the environment variable is not set"),
            ("  - name: a\n    plugin:", "line 3, column 12: a plugin is named by either `path`"),
            ("  - name: a\n    plugin: {directory: /p}", "a plugin is named by either `path`"),
            ("  - name: a\n    plugin: {directory: /p, name: ../q}", "a plugin is named by either `path`"),
            ("  - name: a\n    plugin: {path: /p, name: q, directory: /r}", "a plugin is named by either `path`"),
            ("  - name: a\n    plugin: {path: /p, sttings: {}}", "unknown key `sttings`, did you mean `settings`?"),
        ])
    func refuses(text: String, problem: String) {
        let problems = decoded(text).problems
        #expect(problems.contains { $0.contains(problem) }, "\(problems)")
    }

    @Test("has all actions look whether they could be done, and says which could not")
    func checks() async throws {
        let scratch = Scratch()
        let (section, problems) = decoded(
            """
              - {name: fine, log: }
              - name: dump
                file: {directory: /dev/null/x}
              - name: run
                exec: {argv: [no-such-program]}
              - name: good
                file: {directory: \(scratch.file("new/er"))}
            """)
        #expect(problems == [])
        let missing = await section?.check() ?? []
        #expect(
            missing.map(\.description) == [
                "line 3, column 5: action `dump`: cannot write into /dev/null/x: Not a directory",
                "line 5, column 5: action `run`: cannot run no-such-program: there is none in "
                    + "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ])
        #expect(scratch.names() == [])
    }

    @Test("has many actions look, and forgets none")
    func manyChecks() async {
        let lines = (0..<30).map { "  - {name: a\($0), exec: {argv: [\($0 % 3 == 0 ? "sh" : "no-such-program")]}}" }
        let missing = await decoded(lines.joined(separator: "\n")).section?.check() ?? []
        #expect(missing.compactMap(\.place?.line) == (0..<30).filter { $0 % 3 != 0 }.map { $0 + 2 })
    }
}
