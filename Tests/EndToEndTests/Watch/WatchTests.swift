import Foundation
import Testing

/// `vedette watch` in Metric Reader's place, against a real Prometheus.
@Suite(
    .enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)),
    .enabled(if: Surroundings.hasPeers, Comment(rawValue: Surroundings.noPeers)), .serialized)
struct WatchTests {
    /// How much later than it was due something may be seen on a machine that does other things too.
    static let slack: Int64 = 900

    @Test func actsAfterTheDurationAndOnceForEachPause() throws {
        let metric = try WatchedMetric(5)
        let files = metric.workplace.file("files")
        let watcher = try Watcher(
            in: metric.workplace,
            metric.settings([
                "THRESHOLD": ">10", "THRESHOLD_DURATION": "1s", "BACKOFF_DELAY": "1500ms",
                "ACTION_PLUGIN": "file_action",
                "FILE_ACTION_SIZE": "4097",
            ]))
        try eventually("it has judged") { try watcher.state() == "ok" }
        Thread.sleep(forTimeInterval: 0.5)
        #expect(try watcher.history().isEmpty)

        let crossed = try metric.set(11)
        try eventually("it has acted three times") { try watcher.history().count { $0.contains("succeeded") } >= 3 }
        let decided = try watcher.decided()
        #expect((1000...1000 + Self.slack).contains(decided[0] - crossed), "after \(decided[0] - crossed) ms")
        for (one, next) in zip(decided, decided.dropFirst()) {
            #expect((1500...1500 + Self.slack).contains(next - one), "a pause of \(next - one) ms")
        }
        let rows = try watcher.history("rule, action, cause, state, value, threshold, attempt, outcome, output")
        let rule = #"queue_length{queue="a"}"#
        for (row, (cause, time)) in zip(rows, zip(["enter", "repeat", "repeat"], decided)) {
            let file = "\(files)/metric_queue_length_\(time / 1000).bin"
            #expect(row == [rule, "file_action", cause, "active", "11.0", "> 10", "1", "succeeded", file])
            #expect(try Data(contentsOf: URL(fileURLWithPath: file)).count == 4097)
        }

        try metric.set(5)
        try eventually("it is over") { try watcher.state() == "ok" }
        let count = try watcher.history().count
        Thread.sleep(forTimeInterval: 1.8)
        #expect(try watcher.history().count == count)
        #expect(try watcher.stop() == .exit(0))
        // Everything is in one file, and nothing but the actions' files beside it.
        #expect(try metric.workplace.names().filter { $0.hasPrefix("watch.db") } == ["watch.db", "watch.db-reserve"])
    }

    @Test func repeatsAtEachPollWithoutAPause() throws {
        let metric = try WatchedMetric(11)
        let watcher = try Watcher(
            in: metric.workplace,
            metric.settings(["THRESHOLD": ">= 11", "ACTION_PLUGIN": "log_action", "POLLING_INTERVAL": "200ms"]))
        try eventually("it has acted five times") { try watcher.history().count >= 5 }
        #expect(watcher.log.components(separatedBy: "action=log_action").count > 5)
        let decided = try watcher.decided()
        #expect(Set(decided).count == decided.count)
        #expect(zip(decided, decided.dropFirst()).allSatisfy { $1 - $0 >= 200 })
    }

    @Test func goesFromSoftToHardAndBack() throws {
        let metric = try WatchedMetric(5)
        let watcher = try Watcher(
            in: metric.workplace,
            metric.settings([
                "THRESHOLD_OPERATOR": "greater_than", "SOFT_THRESHOLD": "10", "SOFT_DURATION": "300ms",
                "SOFT_BACKOFF_DELAY": "400ms", "SOFT_PLUGIN": "log_action", "HARD_THRESHOLD": "20",
                "HARD_DURATION": "500ms", "HARD_PLUGIN": "file_action", "FILE_ACTION_SIZE": "1",
            ]))
        try eventually("it has judged") { try watcher.state() == "ok" }
        try metric.set(15)
        try eventually("soft has acted, and again after its pause") { try watcher.history().count >= 2 }
        #expect(try watcher.state() == "soft")
        try metric.set(25)
        try eventually("hard has acted") { try watcher.history("action").last == ["file_action"] }
        #expect(try watcher.state() == "hard")
        let count = try watcher.history().count
        // Only the highest level acts again, and this one has no pause; between the two nothing changes.
        Thread.sleep(forTimeInterval: 0.7)
        try metric.set(15)
        Thread.sleep(forTimeInterval: 0.7)
        #expect(try watcher.history().count == count)
        #expect(try watcher.state() == "hard")
        try metric.set(5)
        try eventually("it is over") { try watcher.state() == "ok" }
        try metric.set(25)
        try eventually("hard has acted once more") { try watcher.history("state").count { $0 == ["hard"] } == 2 }
        let causes = try watcher.history("state, cause, threshold")
        #expect(causes.count { $0 == ["soft", "enter", "> 10"] } == 2)
        #expect(causes.count { $0 == ["hard", "enter", "> 20"] } == 2)
        #expect(try watcher.stop() == .exit(0))
    }

    @Test func takesHardAloneForASingleLevel() throws {
        let metric = try WatchedMetric(5)
        let watcher = try Watcher(
            in: metric.workplace,
            metric.settings([
                "THRESHOLD_OPERATOR": "less_than", "HARD_THRESHOLD": "10", "HARD_PLUGIN": "log_action",
            ]))
        try eventually("it has acted") { try !watcher.history().isEmpty }
        Thread.sleep(forTimeInterval: 0.5)
        #expect(try watcher.history("state, cause, outcome") == [["active", "enter", "succeeded"]])
    }

    @Test func knowsWhatAMissingValueMeans() throws {
        let metric = try WatchedMetric(50)
        func watcher(_ behavior: String) throws -> Watcher {
            try Watcher(
                in: metric.workplace,
                metric.settings([
                    "THRESHOLD": "<10", "THRESHOLD_DURATION": "200ms", "BACKOFF_DELAY": "1h",
                    "ACTION_PLUGIN": "log_action",
                    "MISSING_VALUE_BEHAVIOR": behavior,
                ]), data: "\(behavior).db")
        }
        let (zero, breached, last) = (try watcher("zero"), try watcher("assume_breached"), try watcher("last_value"))
        for watcher in [zero, breached, last] { try eventually("it has judged") { try watcher.state() == "ok" } }
        try metric.set(nil)
        for watcher in [zero, breached] {
            try eventually("it has acted") { try !watcher.history().isEmpty }
            // The history says that there was no value.
            #expect(try watcher.history("state, value is null") == [["active", "1"]])
            #expect(watcher.log.contains("there is no value: the query gives nothing"))
        }
        #expect(try last.history().isEmpty)
        #expect(try last.state() == "ok")
        try metric.set(50)
        for watcher in [zero, breached, last] {
            try eventually("it is over") { try watcher.state() == "ok" }
            #expect(watcher.log.contains("there is a value again"))
        }
    }

    @Test func aServerThatDoesNotAnswerIsNoValue() throws {
        let metric = try WatchedMetric(50)
        let watcher = try Watcher(
            in: metric.workplace, metric.settings(["THRESHOLD": "<10", "ACTION_PLUGIN": "log_action"]))
        try eventually("it has judged") { try watcher.state() == "ok" }
        metric.prometheus.program.send(SIGKILL)
        try eventually("it knows that it knows nothing") { try watcher.state() == "no_data" }
        Thread.sleep(forTimeInterval: 1)
        #expect(try watcher.history().isEmpty)
        let told = watcher.log.split(separator: "\n").filter { $0.contains("cannot judge") }
        #expect(told.count == 1, "\(told)")
        #expect(told.first?.contains("127.0.0.1:\(metric.prometheus.port)") == true)
        #expect(try watcher.stop() == .exit(0))
    }

    @Test func readsItsFileAgain() throws {
        let metric = try WatchedMetric(15)
        try metric.workplace.write(
            "threshold: '> 100'\naction_plugin: log_action\nbackoff_delay: 1h\n", to: "config.yaml")
        // Found where Metric Reader looks for its own.
        let watcher = try Watcher(in: metric.workplace, metric.settings([:]))
        try eventually("it has judged") { try watcher.state() == "ok" }
        try metric.workplace.write("threshold: 10\n", to: "config.yaml")
        watcher.program.send(SIGHUP)
        try eventually("it says what is wrong") { watcher.log.contains("cannot use config.yaml: `threshold`") }
        try metric.workplace.write(
            "threshold: '> 10'\naction_plugin: log_action\nbackoff_delay: 1h\n", to: "config.yaml")
        watcher.program.send(SIGHUP)
        try eventually("it acts by what stands there now") { try watcher.history("threshold") == [["> 10"]] }
        #expect(try watcher.stop() == .exit(0))
    }

    @Test func callsAPluginAndLeavesTheOldOnesAlone() throws {
        let metric = try WatchedMetric(15)
        let source = try metric.workplace.write(
            """
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            #include "vedette_plugin.h"
            uint32_t vedette_plugin_abi(void) { return VEDETTE_PLUGIN_ABI; }
            const char *vedette_plugin_name(void) { return "scale"; }
            int vedette_plugin_validate(const char *settings, char *error, size_t size) {
                if (getenv("SCALE_TO")) return 0;
                snprintf(error, size, "SCALE_TO is not set");
                return 1;
            }
            int vedette_plugin_execute(const char *event, const char *settings, char *output, size_t output_size,
                                       char *error, size_t error_size) {
                snprintf(output, output_size, "%s %d", getenv("SCALE_TO"), strstr(event, "queue_length") != NULL);
                return 0;
            }
            """, to: "scale.c")
        let built = try run(
            "/usr/bin/cc",
            [
                "-shared", "-fPIC", "-I", Surroundings.root + "/include", "-o", metric.workplace.file("scale.so"),
                source,
            ],
            in: metric.workplace)
        try #require(built.ending == .exit(0), "\(built.errors)")
        // What stands here is not ours to be loaded: the built-in action wins.
        try metric.workplace.write("a plugin of Go's", to: "file_action.so")
        let settings = metric.settings([
            "THRESHOLD_OPERATOR": "greater_than", "SOFT_THRESHOLD": "10", "SOFT_PLUGIN": "scale",
            "HARD_THRESHOLD": "12",
            "HARD_PLUGIN": "file_action", "PLUGIN_DIR": metric.workplace.path,
        ])
        let refused = try run(Surroundings.binary, ["watch"], in: metric.workplace, environment: settings)
        #expect(refused.ending == .exit(1))
        #expect(
            refused.errors.contains(
                "vedette: cannot use SOFT_PLUGIN: plugin \(metric.workplace.file("scale.so")) (scale) refuses"))
        #expect(refused.errors.contains("SCALE_TO is not set\n"))

        let watcher = try Watcher(in: metric.workplace, settings.merging(["SCALE_TO": "3"]) { _, new in new })
        try eventually("both have acted") { try watcher.history().count { $0.contains("succeeded") } == 2 }
        #expect(
            Set(try watcher.history("action, outcome")) == [["scale", "succeeded"], ["file_action", "succeeded"]])
        #expect(try queryOne(watcher.data, "select output from action_history where action = 'scale'") == "3 1")
    }

    @Test func tellsOverHTTPWhereItIsAsked() throws {
        let metric = try WatchedMetric(15)
        let watcher = try Watcher(
            in: metric.workplace,
            metric.settings(["THRESHOLD": ">10", "BACKOFF_DELAY": "1h", "ACTION_PLUGIN": "log_action"]),
            options: ["--listen", "127.0.0.1:0"])
        let port = try eventually("it listens") { Appliance.listeningPort(watcher.log) }
        #expect(try request(port: port, path: "/-/ready").status == 200)
        try eventually("it has acted") {
            let answer = try request(port: port, path: "/api/v1/actions").text
            return answer.contains(#""action":"log_action""#) && answer.contains(#""outcome":"succeeded""#)
        }
        #expect(try request(port: port, path: "/api/v1/thresholds").text.contains(#""state":"active""#))
        #expect(
            try request(port: port, path: "/metrics").text.contains(
                #"vedette_actions_total{action="log_action",outcome="succeeded"} 1"#))
        #expect(try request(port: port, path: "/api/v1/query?query=1").status == 404)
        #expect(try watcher.stop() == .exit(0))
    }
}
