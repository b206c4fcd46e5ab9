import Actions
import Configuration
import Logging
import Model
import Rules
import Testing

@testable import Vedette

/// What some settings come to: a watch, or what is wrong with them, a line a problem.
private enum Outcome {
    case settings(WatchSettings)
    case wrong([String])
}

private func read(_ environment: [String: String], _ yaml: String? = nil) -> Outcome {
    let context = DecodingContext(environment: ["HOME": "/home"], folder: "/etc/x")
    do throws(UserError) {
        let document = try yaml.map { text throws(UserError) in try readDocument(Array(text.utf8), file: "w.yaml") }
        let input = WatchInput(
            environment: environment, document: document, file: yaml == nil ? nil : "w.yaml", in: context)
        if let settings = WatchSettings(input) { return .settings(settings) }
        return .wrong(sentences(about: ConfigurationError(problems: input.errors)))
    } catch {
        return .wrong([saidPlainly(error)])
    }
}

/// Settings that are right.
private func settings(_ environment: [String: String], _ yaml: String? = nil) throws -> WatchSettings {
    switch read(environment, yaml) {
    case .settings(let settings): return settings
    case .wrong(let problems): throw UserError("\(problems)")
    }
}

/// What is wrong.
private func problems(_ environment: [String: String], _ yaml: String? = nil) -> [String] {
    if case .wrong(let problems) = read(environment, yaml) { problems } else { [] }
}

/// The least that there must be, with more.
private func with(_ more: [String: String] = [:]) -> [String: String] {
    ["METRIC_NAME": "m", "THRESHOLD": ">1"].merging(more) { _, new in new }
}

/// The least of the newer form, with more.
private func newer(_ more: [String: String] = [:]) -> [String: String] {
    ["METRIC_NAME": "m", "THRESHOLD_OPERATOR": "greater_than", "SOFT_THRESHOLD": "5"].merging(more) { _, new in new }
}

/// Levels in short: name, condition, duration, pause, plugin, and whether it repeats.
private func shown(_ settings: WatchSettings) -> [String] {
    settings.levels.map { level in
        let rule = level.level
        let names = rule.onEnter == rule.onRepeat ? rule.onEnter : rule.onEnter.map { "\($0) once" }
        return "\(rule.name) \(rule.comparison) for \(rule.holdFor) pause \(rule.backoff ?? -1): \(names.joined())"
    }
}

@Suite("Settings of a watch")
struct WatchSettingsTests {
    @Test("has the defaults of Metric Reader")
    func defaults() throws {
        let settings = try settings(with())
        #expect(settings.query.text == "m" && settings.metric == "m")
        #expect(shown(settings) == ["active > 1 for 0 pause 0: "])
        #expect(settings.missing == .zero && settings.interval == 1000)
        #expect(settings.source.url == "http://prometheus:9090")
        #expect(settings.pluginDirectory == nil && settings.logLevel == .info)
        #expect(settings.fileAction.directory == "/tmp/metric-files" && settings.fileAction.size == 1_048_576)
        #expect(settings.fileAction.metric == "m")
        #expect(settings.election == WatchSettings.Election())
        #expect(settings.election.isEnabled && settings.election.lockName == "metric-reader-leader")
    }

    @Test("understands every variable")
    func everything() throws {
        let settings = try settings([
            "METRIC_NAME": "queue_length", "LABEL_FILTERS": #"job="api",queue=~"a.*""#, "THRESHOLD": " <= 2.5 ",
            "THRESHOLD_DURATION": "1m30s", "BACKOFF_DELAY": "1.5h", "ACTION_PLUGIN": "file_action",
            "MISSING_VALUE_BEHAVIOR": "last_value", "POLLING_INTERVAL": "250ms",
            "PROMETHEUS_ENDPOINT": "https://p.example:9090/prefix//", "PLUGIN_DIR": "plugins",
            "FILE_ACTION_DIR": "files", "FILE_ACTION_SIZE": "104857600", "LOG_LEVEL": "debug",
            "LEADER_ELECTION_ENABLED": "false", "LEADER_ELECTION_LOCK_NAME": "lease",
            "LEADER_ELECTION_LOCK_NAMESPACE": "space", "LEADER_ELECTION_LOCK_FILE": "lock",
        ])
        #expect(settings.query.text == #"queue_length{job="api",queue=~"a.*"}"# && settings.metric == "queue_length")
        #expect(shown(settings) == ["active <= 2.5 for 90000 pause 5400000: file_action"])
        #expect(settings.levels.map(\.pluginKey) == [.actionPlugin] && settings.levels.map(\.plugin) == ["file_action"])
        #expect(settings.missing == .lastValue && settings.interval == 250)
        #expect(settings.source.url == "https://p.example:9090/prefix")
        #expect(settings.pluginDirectory == "plugins" && settings.logLevel == .debug)
        #expect(settings.fileAction.directory == "files" && settings.fileAction.size == 104_857_600)
        var election = WatchSettings.Election()
        election.isEnabled = false
        election.lockName = "lease"
        election.lockNamespace = "space"
        election.lockFile = "lock"
        #expect(settings.election == election)
    }

    @Test(
        "reads the operators of the older form",
        arguments: [
            (">100", "> 100"), ("<50", "< 50"), (">=1e3", ">= 1000"), ("<= -0.5", "<= -0.5"), ("==0", "== 0"),
            ("\t!=  7 ", "!= 7"), (">+Inf", "> +Inf"),
        ])
    func operators(text: String, meaning: String) throws {
        #expect(try settings(with(["THRESHOLD": text])).levels.map(\.level.comparison.description) == [meaning])
    }

    @Test("reads the newer form, with a level or with two")
    func levels() throws {
        #expect(shown(try settings(newer())) == ["soft > 5 for 0 pause -1: "])
        let both = newer([
            "SOFT_PLUGIN": "log_action", "SOFT_DURATION": "30s", "SOFT_BACKOFF_DELAY": "1m", "HARD_THRESHOLD": " 9.5 ",
            "HARD_PLUGIN": "file_action", "HARD_DURATION": "1h0m0s",
        ])
        #expect(
            shown(try settings(both)) == [
                "soft > 5 for 30000 pause 60000: log_action", "hard > 9.5 for 3600000 pause -1: file_action once",
            ])
        #expect(
            shown(try settings(newer(["SOFT_BACKOFF_DELAY": "0s", "SOFT_PLUGIN": "p"]))) == [
                "soft > 5 for 0 pause 0: p"
            ])
        let hard = [
            "METRIC_NAME": "m", "THRESHOLD_OPERATOR": "less_than", "HARD_THRESHOLD": "-3", "HARD_DURATION": "1s",
        ]
        #expect(shown(try settings(hard)) == ["active < -3 for 1000 pause -1: "])
    }

    @Test(
        "reads what a missing value means",
        arguments: [
            ("zero", ThresholdRule.MissingPolicy.zero), ("last_value", .lastValue), ("assume_breached", .breached),
        ])
    func missing(text: String, policy: ThresholdRule.MissingPolicy) throws {
        #expect(try settings(with(["MISSING_VALUE_BEHAVIOR": text])).missing == policy)
    }

    @Test("takes an empty variable for one that is not set")
    func empty() throws {
        let nothing = Dictionary(uniqueKeysWithValues: WatchKey.allCases.map { ($0.rawValue, "") })
        let settings = try settings(nothing.merging(with()) { _, given in given })
        #expect(settings.interval == 1000 && settings.query.text == "m")
    }

    @Test(
        "names the variable whose value is wrong",
        arguments: [
            ("LABEL_FILTERS", "job=", #"the query "m{job=}" cannot be read"#),
            ("LABEL_FILTERS", #"{job="x"}"#, "cannot be read"),
            ("METRIC_NAME", "m{", "cannot be read"),
            ("METRIC_NAME", "m[5m]", "does not give values of one time"),
            ("METRIC_NAME", String(repeating: "(", count: 100_000), "cannot be read"),
            ("THRESHOLD", "100", "expected an operator and a number"),
            ("THRESHOLD", ">x", "expected an operator and a number"),
            ("THRESHOLD", "> nan", "expected an operator and a number"),
            ("THRESHOLD_DURATION", "5", "a unit is missing"),
            ("THRESHOLD_DURATION", "-1s", "is negative"),
            ("BACKOFF_DELAY", "1d", "is no duration"),
            ("POLLING_INTERVAL", "0s", "is too short"),
            ("POLLING_INTERVAL", "-1s", "is too short"),
            ("MISSING_VALUE_BEHAVIOR", "zeros", #"unknown behavior "zeros", did you mean `zero`?"#),
            ("PROMETHEUS_ENDPOINT", "prometheus:9090", "is no address"),
            ("PROMETHEUS_ENDPOINT", "http://", "is no address"),
            ("PROMETHEUS_ENDPOINT", "http://a b", "is no address"),
            ("FILE_ACTION_SIZE", "0", "is no size of a file"),
            ("FILE_ACTION_SIZE", "-5", "is no size of a file"),
            ("FILE_ACTION_SIZE", "1MB", "is no size of a file"),
            ("FILE_ACTION_SIZE", "99999999999999999999", "is no size of a file"),
            ("LOG_LEVEL", "loud", "expected one of debug, info, warn, error"),
            ("LEADER_ELECTION_ENABLED", "maybe", "is neither true nor false"),
        ])
    func wrong(variable: String, value: String, reason: String) throws {
        let found = problems(with([variable: value]))
        #expect(found.count == 1)
        #expect(
            found.first?.hasPrefix("cannot use \(variable): ") == true && found.first?.contains(reason) == true,
            "\(found)")
    }

    @Test(
        "names the setting of a level whose value is wrong",
        arguments: [
            ("SOFT_THRESHOLD", ">5", "is no number: the operator stands in THRESHOLD_OPERATOR"),
            ("HARD_THRESHOLD", "nan", "is no number"),
            ("HARD_THRESHOLD", " ", "is no number"),
            ("THRESHOLD_OPERATOR", "greater", "unknown operator"),
            ("SOFT_DURATION", "x", "is no duration"),
            ("SOFT_BACKOFF_DELAY", "-1s", "is negative"),
            ("HARD_DURATION", "1s", "there is no HARD_THRESHOLD for it"),
            ("HARD_PLUGIN", "log_action", "there is no HARD_THRESHOLD for it"),
            ("HARD_BACKOFF_DELAY", "1s", "there is no HARD_THRESHOLD for it"),
            ("THRESHOLD", ">1", "it does not go with SOFT_THRESHOLD"),
            ("THRESHOLD_DURATION", "1s", "it does not go with SOFT_THRESHOLD"),
            ("BACKOFF_DELAY", "1s", "it does not go with SOFT_THRESHOLD"),
            ("ACTION_PLUGIN", "log_action", "it does not go with SOFT_THRESHOLD"),
        ])
    func wrongLevel(variable: String, value: String, reason: String) throws {
        let found = problems(newer([variable: value]))
        #expect(found.count == 1)
        #expect(
            found.first?.hasPrefix("cannot use \(variable): ") == true && found.first?.contains(reason) == true,
            "\(found)")
    }

    @Test("says what is missing")
    func missing() throws {
        #expect(
            problems(["THRESHOLD": ">1"]) == ["cannot watch: METRIC_NAME is missing: it stands not in the environment"])
        let without = problems(["METRIC_NAME": "m"])
        #expect(without.count == 1 && without[0].contains("THRESHOLD is missing"))
        #expect(
            without[0].contains("the other form is THRESHOLD_OPERATOR with SOFT_THRESHOLD, HARD_THRESHOLD, or both"))
        let operation = problems(["METRIC_NAME": "m", "SOFT_THRESHOLD": "5"])
        #expect(operation.count == 1 && operation[0].contains("THRESHOLD_OPERATOR is missing"))
        let level = problems(["METRIC_NAME": "m", "SOFT_PLUGIN": "log_action"])
        #expect(level == ["cannot use SOFT_PLUGIN: there is no SOFT_THRESHOLD for it"])
        let older = problems(with(["SOFT_DURATION": "1s", "THRESHOLD_OPERATOR": "less_than"]))
        #expect(older.count == 2 && older[0].contains("SOFT_DURATION") && older[1].contains("THRESHOLD_OPERATOR"))
    }

    @Test("says all that is wrong together")
    func together() throws {
        let found = problems(["THRESHOLD": "1", "POLLING_INTERVAL": "1", "LOG_LEVEL": "x", "FILE_ACTION_SIZE": "0"])
        #expect(found.count == 5, "\(found)")
    }
}

@Suite("Settings of a watch in a file")
struct WatchFileTests {
    private let file = """
        metric_name: queue_length
        label_filters: job="api"
        threshold_operator: less_than
        soft: {threshold: 80.0, plugin: log_action, duration: 30s, backoff_delay: 1m}
        hard:
          threshold: "100"
          plugin: file_action
        polling_interval: 15s
        missing_value_behavior: assume_breached
        leader_election_enabled: false
        leader_election_lock_file: lock
        plugin_dir: plugins
        plugins:
          file_action: {dir: files, size: 1024}
        """

    @Test("reads the sections of Metric Reader's own file; paths start from its folder")
    func sections() throws {
        let settings = try settings([:], file)
        #expect(settings.query.text == #"queue_length{job="api"}"#)
        #expect(
            shown(settings) == [
                "soft < 80 for 30000 pause 60000: log_action", "hard < 100 for 0 pause -1: file_action once",
            ])
        #expect(settings.interval == 15_000 && settings.missing == .breached && !settings.election.isEnabled)
        #expect(settings.election.lockFile == "/etc/x/lock" && settings.pluginDirectory == "/etc/x/plugins")
        #expect(settings.fileAction.directory == "/etc/x/files" && settings.fileAction.size == 1024)
    }

    @Test("reads the names of the variables in lower case")
    func flat() throws {
        let settings = try settings(
            [:],
            "metric_name: m\nthreshold_operator: greater_than\nsoft_threshold: 1\nsoft_plugin: log_action\nfile_action_size: 7"
        )
        #expect(shown(settings) == ["soft > 1 for 0 pause -1: log_action once"] && settings.fileAction.size == 7)
    }

    @Test("lets the environment win")
    func environmentWins() throws {
        let settings = try settings(
            ["SOFT_THRESHOLD": "7", "POLLING_INTERVAL": "2s", "FILE_ACTION_DIR": "here", "LABEL_FILTERS": ""], file)
        #expect(settings.levels.first?.level.comparison.limit == 7 && settings.interval == 2000)
        #expect(settings.fileAction.directory == "here")
        // One that is empty is not set.
        #expect(settings.query.text == #"queue_length{job="api"}"#)
    }

    @Test("takes variables of the environment where the file names them")
    func expansion() throws {
        #expect(
            try settings([:], "metric_name: m\nthreshold: '>1'\nplugin_dir: ${HOME}/p").pluginDirectory == "/home/p")
    }

    @Test(
        "says what is wrong with its place",
        arguments: [
            (
                "metric_nam: m\nthreshold: '>1'",
                ["METRIC_NAME is missing", "unknown key `metric_nam`, did you mean `metric_name`? (w.yaml:1:1)"]
            ),
            ("metric_name: m\nthreshold: 5", ["`threshold`", "(w.yaml:2:12)"]),
            (
                "metric_name: m\nthreshold: '>1'\npolling_interval: 5",
                ["`polling_interval`", "a unit is missing", "(w.yaml:3:19)"]
            ),
            ("metric_name: m\nthreshold: '>1'\nsoft: {thresold: 1}", ["unknown key `thresold`", "(w.yaml:3:8)"]),
            ("metric_name: m\nsoft: 5", ["expected a map", "(w.yaml:2:7)"]),
            (
                "metric_name: m\nthreshold_operator: less_than\nsoft: {threshold: 5}\nsoft_threshold: 5",
                ["stands twice"]
            ),
            ("metric_name: [m]\nthreshold: '>1'", ["expected a text"]),
            ("- m", ["expected a map"]),
            ("a: [", ["cannot read as YAML"]),
        ])
    func wrong(yaml: String, words: [String]) {
        let found = problems([:], yaml).joined(separator: "\n")
        for word in words { #expect(found.contains(word), "\(found)") }
    }

    @Test("says where something was looked for")
    func missing() {
        #expect(
            problems([:], "threshold: '>1'") == [
                "cannot watch: METRIC_NAME is missing: it stands neither in the environment nor, as `metric_name`, in w.yaml"
            ])
    }
}
