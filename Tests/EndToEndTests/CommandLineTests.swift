import Foundation
import Testing

/// The command line: help everywhere, exit codes with a meaning, mistakes answered with a suggestion.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)))
struct CommandLineTests {
    @Test(arguments: [
        [], ["serve"], ["check"], ["check", "config"], ["check", "metrics"], ["backup"], ["restore"], ["compact"],
        ["import"], ["export"],
        ["version"],
    ])
    func helpIsThere(command: [String]) throws {
        let workplace = try Workplace()
        let done = try run(Surroundings.binary, command + ["--help"], in: workplace)
        #expect(done.ending == .exit(0))
        #expect(done.output.contains((["vedette"] + command).joined(separator: " ")), "\(done.output)")
        #expect(done.errors.isEmpty)
        // Asking for help does nothing else.
        #expect(try !workplace.names().contains { $0.hasSuffix(".db") })
    }

    /// Wrong usage: arguments, and what the message must name.
    static let wrong: [(arguments: [String], words: [String])] = [
        (["serv"], ["serv", "serve"]),
        (["serve", "--confg", "x"], ["--confg", "--config"]),
        (["serve", "--data"], ["--data"]),
        (["serve", "--listen", "nonsense"], ["--listen", "nonsense"]),
        (["serve", "--listen", "127.0.0.1:99999"], ["99999"]),
        (["serve", "--log-format", "xml"], ["xml", "text", "json"]),
        (["serve", "--log-level", "loud"], ["loud", "debug"]),
        (["serve", "surplus"], ["surplus"]),
        (["check", "confg"], ["confg", "config"]),
        (["check", "config"], ["FILE"]),
        (["backup"], ["FILE"]),
        (["restore"], ["FILE"]),
    ]

    @Test(arguments: wrong) func wrongUsageIsTwo(arguments: [String], words: [String]) throws {
        let workplace = try Workplace()
        let done = try run(Surroundings.binary, arguments, in: workplace, within: 10)
        #expect(done.ending == .exit(2), "\(done.errors)")
        #expect(done.errors.hasPrefix("vedette: "))
        for word in words { #expect(done.errors.contains(word), "\(done.errors)") }
        #expect(done.output.isEmpty)
    }

    @Test func versionNamesTheVersionAndTheLibraries() throws {
        let done = try vedette("version", in: try Workplace())
        #expect(done.ending == .exit(0))
        for word in ["vedette", "SQLite", "libcurl", "libmicrohttpd"] {
            #expect(done.output.lowercased().contains(word.lowercased()), "\(done.output)")
        }
    }

    @Test func aGoodConfigurationIsGood() throws {
        let workplace = try Workplace()
        let file = try workplace.write(
            "scrape_configs:\n  - job_name: a\n    static_configs:\n      - targets: [\"127.0.0.1:1\"]\n",
            to: "good.yaml")
        let done = try vedette("check", "config", file, in: workplace)
        #expect(done.ending == .exit(0), "\(done.errors)")
    }

    /// A bad configuration: its text, the place of the mistake, and words of the message.
    static let badConfigurations: [(text: String, place: String, words: [String])] = [
        ("global:\n  scrape_intervall: 5s\n", ":2:3", ["scrape_intervall", "scrape_interval"]),
        ("global:\n  scrape_interval: soon\n", ":2:20", ["soon"]),
        ("scrape_configs:\n  - static_configs: []\n", ":2:5", ["job_name"]),
        ("global: [\n", ":", ["global"]),
        (
            "scrape_configs:\n  - job_name: a\n    relabel_configs:\n      - regex: \"(\"\n        action: drop\n",
            ":4:16",
            ["regex"]
        ),
        // What is judged, and done.
        ("thresholds:\n  - {name: t, expr: up, threshold: '> 1', actions: [tell]}\n", ":2:53", ["tell"]),
        ("thresholds:\n  - {name: t, expr: 'up{', threshold: '> 1'}\n", ":2:21", ["expr"]),
        ("thresholds:\n  - {name: t, expr: up, threshold: '=> 1'}\n", ":2:36", ["operator"]),
        ("thresholds:\n  - {name: t, expr: up, threshold: '> 1', for: soon}\n", ":2:48", ["soon"]),
        (
            "thresholds:\n  - {name: t, expr: up, soft: {threshold: '> 10'}, hard: {threshold: '< 1'}}\n", ":2:52",
            ["hard", "never be reached"]
        ),
        ("actions:\n  - {name: a, plugin: {path: nowhere.so}}\n", ":2:5", ["nowhere.so"]),
        ("actions:\n  - {name: a, file: {directory: /proc/x}}\n", ":2:5", ["/proc/x"]),
        ("actions:\n  - {name: a, webhok: {url: 'http://x'}}\n", ":2:15", ["webhok", "webhook"]),
        (
            "actions:\n  - {name: a, webhook: {url: 'http://x', body: '{{ .Sttus }}'}}\n", ":2:48",
            [".Sttus", ".Status"]
        ),
        ("leadership: {lock_file: /no/where/lock}\n", ":1:14", ["/no/where"]),
    ]

    @Test(arguments: badConfigurations)
    func aBadConfigurationIsNamedByPlace(text: String, place: String, words: [String]) throws {
        let workplace = try Workplace()
        let file = try workplace.write(text, to: "bad.yaml")
        for arguments in [["check", "config", file], ["serve", "--config", file, "--listen", "127.0.0.1:0"]] {
            let done = try run(Surroundings.binary, arguments, in: workplace, within: 10)
            #expect(done.ending == .exit(1))
            #expect(done.errors.hasPrefix("vedette: cannot"), "\(done.errors)")
            #expect(done.errors.contains("bad.yaml\(place)"), "\(done.errors)")
            if words != ["global"] { for word in words { #expect(done.errors.contains(word), "\(done.errors)") } }
        }
    }

    @Test func aCheckLooksAtTheFilesThatAreNamed() throws {
        let workplace = try Workplace()
        let file = try workplace.write("tls:\n  cert_file: crt\n  key_file: key\n", to: "tls.yaml")
        let bad = try vedette("check", "config", file, in: workplace)
        #expect(bad.ending == .exit(1))
        #expect(bad.errors.contains("tls.yaml:2:14") && bad.errors.contains("tls.yaml:3:13"), "\(bad.errors)")
        for name in ["crt", "key"] { _ = try workplace.write("", to: name) }
        let good = try vedette("check", "config", file, in: workplace)
        #expect(good.ending == .exit(0), "\(good.errors)")
    }

    @Test func aMissingFileIsOne() throws {
        let workplace = try Workplace()
        for arguments in [["check", "config", "/nonexistent.yaml"], ["serve", "--config", "/nonexistent.yaml"]] {
            let done = try run(Surroundings.binary, arguments, in: workplace, within: 10)
            #expect(done.ending == .exit(1))
            #expect(done.errors.hasPrefix("vedette: cannot"), "\(done.errors)")
            #expect(done.errors.contains("/nonexistent.yaml"))
            #expect(done.errors.split(separator: "\n").count == 1, "one line: \(done.errors)")
        }
    }

    @Test func metricsAreCheckedFromStandardInput() throws {
        let workplace = try Workplace()
        let good = try vedette("check", "metrics", in: workplace, input: "# HELP a A.\n# TYPE a gauge\na 1\n")
        #expect(good.ending == .exit(0), "\(good.errors)")
        let bad = try vedette("check", "metrics", in: workplace, input: "a 1\nb{ 2\n")
        #expect(bad.ending == .exit(1))
        #expect(bad.errors.contains("2"), "the line is named: \(bad.errors)")
    }

    @Test func optionsComeFromTheEnvironmentToo() throws {
        let workplace = try Workplace()
        let data = workplace.file("elsewhere.db")
        let program = try Program(
            Surroundings.binary, ["serve"], in: workplace,
            environment: ["VEDETTE_DATA": data, "VEDETTE_LISTEN": "127.0.0.1:0", "VEDETTE_LOG_FORMAT": "json"])
        try eventually("it listens where it was told, and says so in JSON") {
            program.errors.split(separator: "\n").contains { $0.hasPrefix("{") && $0.contains("127.0.0.1:") }
        }
        #expect(FileManager.default.fileExists(atPath: data))
        program.send(SIGTERM)
        #expect(try program.wait(within: 5) == .exit(0))
    }
}
