import Foundation
import Testing

/// What a watch refuses to begin with: a line each, and exit code 1.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)))
struct WatchRefusalTests {
    private func refusal(
        _ settings: [String: String], options: [String] = [], in given: Workplace? = nil
    ) throws -> [String] {
        let workplace = try given ?? Workplace()
        let done = try run(
            Surroundings.binary, ["watch"] + options, in: workplace,
            environment: ["METRIC_NAME": "m", "THRESHOLD": ">1"].merging(settings) { _, new in new }, within: 20)
        #expect(done.ending == .exit(1))
        #expect(done.output.isEmpty)
        return done.errors.split(separator: "\n").map(String.init).filter { $0.hasPrefix("vedette: ") }
    }

    @Test(arguments: [
        (["METRIC_NAME": ""], "vedette: cannot watch: METRIC_NAME is missing: it stands not in the environment"),
        (
            ["THRESHOLD": "1"],
            #"vedette: cannot use THRESHOLD: cannot read threshold "1": expected an operator and a number, as in "> 100""#
        ),
        (
            ["ACTION_PLUGIN": "file_actoin"],
            #"vedette: cannot use ACTION_PLUGIN: unknown plugin "file_actoin", did you mean `file_action`? (PLUGIN_DIR, where others would lie, is not set)"#
        ),
        (
            ["ACTION_PLUGIN": "scale", "PLUGIN_DIR": "/nowhere"],
            #"vedette: cannot use ACTION_PLUGIN: unknown plugin "scale"; built in are file_action and log_action (cannot find /nowhere/scale.so: No such file or directory)"#
        ),
        (
            ["ACTION_PLUGIN": "../scale", "PLUGIN_DIR": "/tmp"],
            #"vedette: cannot use ACTION_PLUGIN: "../scale" is no name of a plugin: that of a file in PLUGIN_DIR is expected, without .so"#
        ),
        (
            ["ACTION_PLUGIN": "file_action", "FILE_ACTION_DIR": "/dev/null/files"],
            "vedette: cannot use ACTION_PLUGIN: cannot write into /dev/null/files: Not a directory"
        ),
        (
            ["FILE_ACTION_SIZE": "1MB"],
            #"vedette: cannot use FILE_ACTION_SIZE: "1MB" is no size of a file: from 1 to 1099511627776 bytes are expected"#
        ),
    ])
    func saysWhy(settings: [String: String], line: String) throws {
        #expect(try refusal(settings) == [line])
    }

    @Test func saysEverythingAtOnce() throws {
        let lines = try refusal(["THRESHOLD": "1", "POLLING_INTERVAL": "fast", "LOG_LEVEL": "loud"])
        #expect(lines.count == 3)
        for name in ["THRESHOLD", "POLLING_INTERVAL", "LOG_LEVEL"] {
            #expect(lines.contains { $0.hasPrefix("vedette: cannot use \(name): ") })
        }
    }

    @Test func saysWhatIsNoPlugin() throws {
        let workplace = try Workplace()
        try workplace.write("not a library", to: "scale.so")
        let lines = try refusal(["ACTION_PLUGIN": "scale", "PLUGIN_DIR": workplace.path], in: workplace)
        #expect(lines.count == 1)
        #expect(
            lines.first?.hasPrefix(
                "vedette: cannot use ACTION_PLUGIN: cannot use plugin \(workplace.file("scale.so")): ") == true)
    }

    @Test func namesThePlaceInAFile() throws {
        let workplace = try Workplace()
        try workplace.write("poling_interval: 5s\n", to: "w.yaml")
        #expect(
            try refusal([:], options: ["--config", "w.yaml"], in: workplace) == [
                "vedette: cannot use w.yaml: unknown key `poling_interval`, did you mean `polling_interval`? (w.yaml:1:1)"
            ])
        #expect(
            try refusal([:], options: ["--config", "none.yaml"], in: workplace) == [
                "vedette: cannot read none.yaml: No such file or directory"
            ])
    }

    @Test func tellsOfAFileThatItCannotRead() throws {
        let workplace = try Workplace()
        try workplace.write("metric_name = \"m\"\n", to: "config.toml")
        let lines = try refusal(["METRIC_NAME": ""], in: workplace)
        #expect(lines.count == 2)
        #expect(
            lines.last
                == "vedette: cannot use config.toml: only YAML is read: write it as config.yaml, with the same keys")
    }

    @Test func saysThatTheDatabaseIsInUse() throws {
        let workplace = try Workplace()
        let settings = ["METRIC_NAME": "m", "THRESHOLD": ">1", "PROMETHEUS_ENDPOINT": "http://127.0.0.1:1"]
        let first = try Watcher(in: workplace, settings)
        let lines = try refusal(settings, options: ["--data", first.data], in: workplace)
        #expect(lines == ["vedette: cannot open \(first.data): another vedette is using it"])
        #expect(try first.stop() == .exit(0))
    }
}
