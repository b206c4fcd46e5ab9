import Exposition
import Foundation
import Model
import Patterns
import Testing

@testable import Collectors

/// The targets of one group under a job's configuration.
private func resolved(
    _ targets: [String], labels: [Label] = [], _ change: (inout ScrapeConfig) -> Void = { _ in }
) -> TargetSet {
    var config = ScrapeConfig(jobName: "j")
    change(&config)
    return resolveTargets([TargetGroup(targets: targets, labels: labels)], of: ScrapeJob(config))
}

@Suite struct TargetResolutionTests {
    @Test func aTargetHasItsDefaults() throws {
        let set = resolved(["h:1"], labels: [Label("env", "x"), Label("__meta_a", "b"), Label("empty", "")])
        let target = try #require(set.targets.first)
        #expect(target.url == "http://h:1/metrics")
        #expect(target.labels == ["job": "j", "instance": "h:1", "env": "x"])
        #expect(
            target.discoveredLabels == [
                "__address__": "h:1", "__scheme__": "http", "__metrics_path__": "/metrics", "__scrape_interval__": "1m",
                "__scrape_timeout__": "10s", "job": "j", "env": "x", "__meta_a": "b",
            ])
        #expect(target.interval == 60_000)
        #expect(target.timeout == 10_000)
        #expect(set.dropped.isEmpty)
        #expect(set.failure == nil)
    }

    @Test func labelsOfAGroupWinOverTheJob() throws {
        let set = resolved(
            ["h"],
            labels: [
                Label("job", "other"), Label("__metrics_path__", "/x"), Label("__scrape_interval__", "30s"),
                Label("__address__", "wrong"), Label("instance", "i"),
                Label("__scheme__", "https"), Label("__param_a", "from group"),
            ]
        ) { $0.params = [Parameter("a", ["1", "2"])] }
        let target = try #require(set.targets.first)
        #expect(target.url == "https://h/x?a=from+group&a=2")
        #expect(target.labels == ["job": "other", "instance": "i"])
        #expect(target.interval == 30_000)
    }

    @Test func relabellingDecides() throws {
        let rules = [
            try RelabelRule(sourceLabels: ["__address__"], targetLabel: "__param_target"),
            try RelabelRule(sourceLabels: ["__param_target"], targetLabel: "instance"),
            try RelabelRule(
                action: .drop, sourceLabels: ["__address__"], regex: RegularExpression("b")),
            try RelabelRule(targetLabel: "__address__", replacement: "probe:1"),
            try RelabelRule(targetLabel: "__tmp", replacement: "x"),
        ]
        let set = resolved(["http://a/x", "b", "c"]) { $0.relabelRules = rules }
        #expect(
            set.targets.map(\.url) == [
                "http://probe:1/metrics?target=http%3A%2F%2Fa%2Fx", "http://probe:1/metrics?target=c",
            ])
        #expect(set.targets.map(\.labels) == [["job": "j", "instance": "http://a/x"], ["job": "j", "instance": "c"]])
        #expect(set.dropped.map { $0.discoveredLabels["__address__"] } == ["b"])
        #expect(set.dropped.first?.discoveredLabels["__param_target"] == nil)
        #expect(set.dropped.first?.reason == .relabelling)
    }

    @Test(
        arguments: [
            ("", [], "no address"), ("a/b", [], "\"a/b\" is not a valid address"),
            ("a b", [], "\"a b\" is not a valid address"),
            (
                "a", [Label("__scrape_interval__", "x")],
                "cannot read duration \"x\": expected a form like 15s, 1h30m or 500ms"
            ),
            ("a", [Label("__scrape_interval__", "0s")], "__scrape_interval__ is 0"),
            ("a", [Label("__scrape_timeout__", "0")], "__scrape_timeout__ is 0"),
            ("a", [Label("__scrape_timeout__", "2m")], "the scrape timeout 2m is longer than the interval 1m"),
        ] as [(String, [Label], String)]) func whatCannotBeScrapedIsDroppedWithItsReason(
            _ address: String, _ labels: [Label], _ reason: String
        )
    {
        let set = resolved([address], labels: labels)
        #expect(set.targets.isEmpty)
        #expect(set.dropped.map(\.reason) == [.invalid(reason)])
    }

    @Test func eachTargetIsScrapedOnce() {
        let set = resolveTargets(
            [
                TargetGroup(targets: ["a", "b", "a"]), TargetGroup(targets: ["a"]),
                TargetGroup(targets: ["a"], labels: [Label("x", "y")]),
            ],
            of: ScrapeJob(ScrapeConfig(jobName: "j")))
        #expect(set.targets.map { $0.labels["instance"] } == ["a", "b", "a"])
        #expect(set.droppedCount == 0)
    }

    @Test func theTargetLimitDropsOrFails() {
        let dropping = resolved(["a", "b", "c", "a"]) { $0.limits.targets = 2 }
        #expect(dropping.targets.map { $0.labels["instance"] } == ["a", "b"])
        #expect(dropping.dropped.map(\.reason) == [.targetLimit])
        #expect(dropping.failure == nil)
        let failing = resolved(["a", "b", "c"]) {
            $0.limits.targets = 2
            $0.limits.action = .failScrape
        }
        #expect(failing.targets.count == 3)
        #expect(failing.failure == "target_limit exceeded: 3 targets, limit 2")
        #expect(resolved(["a", "b"]) { $0.limits.targets = 2 }.droppedCount == 0)
    }

    @Test func onlySoManyDroppedTargetsAreKept() {
        let set = resolved(["", "a/", "", "b"]) { $0.limits.keepDroppedTargets = 2 }
        #expect(set.dropped.count == 2)
        #expect(set.droppedCount == 3)
    }

    @Test func theHashIsTheSameInEveryRun() throws {
        let hash = try #require(resolved(["h:1"]).targets.first?.hash)
        // FNV-1a of instance 0xff h:1 0xff job 0xff j 0xff and the URL.
        #expect(hash == 0x018f_5b33_6454_e4e5)
        #expect(resolved(["h:1"], labels: [Label("__meta_x", "y")]).targets.first?.hash == hash)
        #expect(resolved(["h:2"]).targets.first?.hash != hash)
        #expect(resolved(["h:1"], labels: [Label("a", "b")]).targets.first?.hash != hash)
        #expect(resolved(["h:1"], labels: [Label("__metrics_path__", "/")]).targets.first?.hash != hash)
    }

    @Test(
        arguments: [
            (["__address__": "h:1", "__scheme__": "http", "__metrics_path__": "x"], [], "http://h:1/x"),
            (
                ["__address__": "[::1]:9", "__scheme__": "https", "__metrics_path__": "/a b?c#d%é/$&+,:;=@~"], [],
                "https://[::1]:9/a%20b%3Fc%23d%25%C3%A9/$&+,:;=@~"
            ),
            (["__address__": "h", "__scheme__": "http"], [], "http://h"),
            (
                ["__address__": "h", "__scheme__": "http", "__param_b": "1", "__param_a": "x y&=é"], [],
                "http://h?a=x+y%26%3D%C3%A9&b=1"
            ),
            (
                ["__address__": "h", "__scheme__": "http", "__metrics_path__": "/"],
                [Parameter("match[]", ["{a=\"b\"}", "c"])], "http://h/?match%5B%5D=%7Ba%3D%22b%22%7D&match%5B%5D=c"
            ),
            (
                ["__address__": "h", "__scheme__": "http", "__param_m": "new"],
                [Parameter("m", ["old", "second"]), Parameter("k", ["v"])], "http://h?k=v&m=new&m=second"
            ),
        ] as [(Labels, [Parameter], String)]) func urlsAreMadeAsGoMakesThem(
            _ labels: Labels, _ params: [Parameter], _ expected: String
        )
    {
        #expect(scrapeURL(labels, params: params) == expected)
    }

    /// One chain of rules over several targets, and what Prometheus itself makes of it.
    @Test(.enabled(if: promtool != nil)) func prometheusMakesTheSameTargets() throws {
        let text = """
            scrape_configs:
            - job_name: chain
              scrape_interval: 1h30m
              params: {module: [a, b], "x": []}
              static_configs:
              - targets: ["one:1", "two:2", "http://three:3/x", "four:4", "dropme:9", "keep2:80"]
                labels: {env: Prod-É, region: "", Mixed_Case: "İß", n: "42", __meta_x: m}
              - targets: ["five:5"]
                labels: {job: other, instance: given, env: "a;b", __metrics_path__: "m", region: five}
              relabel_configs:
              - {source_labels: [__address__], target_label: __param_target}
              - {source_labels: [__param_target], regex: "http://([^/]+)/.*", target_label: __address__}
              - {source_labels: [env, region, nope], target_label: joined}
              - {source_labels: [env, region], separator: "", target_label: joined_tight}
              - {source_labels: [env, n], regex: "(?P<word>[^;]+);(.*)", target_label: "re_${2}_x", replacement: "<${word}|$2|$3|$$1|${word>"}
              - {source_labels: [region], regex: "()", target_label: "gone_${1}", replacement: "here"}
              - {source_labels: [env], target_label: "$1", replacement: "not a name"}
              - {source_labels: [n], regex: "4", target_label: n, replacement: "partial"}
              - {source_labels: [nope], target_label: Mixed_Case2, replacement: "set$1"}
              - {source_labels: [n], regex: "(4)(2)", target_label: digits, replacement: "$1x${2}y$12$0"}
              - {target_label: n, replacement: ""}
              - {action: hashmod, source_labels: [__address__], modulus: 1000003, target_label: shard}
              - {action: HASHMOD, source_labels: [nope, env], modulus: 7, target_label: shard_2}
              - {action: lowercase, source_labels: [Mixed_Case], target_label: low}
              - {action: uppercase, source_labels: [Mixed_Case, env], target_label: up}
              - {action: labelmap, regex: "(.*)_x", replacement: "mapped_$1"}
              - {action: labelmap, regex: "__meta_(.+)"}
              - {action: labeldrop, regex: "joined_.*"}
              - {action: drop, source_labels: [__address__], regex: "drop.*"}
              - {action: keep, source_labels: [__address__], regex: "[a-z0-9:]+"}
              - {action: dropequal, source_labels: [__address__], target_label: job}
              - {action: labelkeep, regex: "__.*|[a-z].*"}
            """
        let folder = try Folder()
        try folder.write("p.yml", text)
        let theirs = try runPromtool(["check", "service-discovery", "--timeout=300ms", folder.path + "/p.yml", "chain"])
        struct Target: Decodable { var labels: [String: String] }
        let expected = try JSONDecoder().decode([Target].self, from: theirs.output)
        // Prometheus 2.42 has the names of old. It also adds ports, which Prometheus 3 does not: all have one here.
        let legacy = "global: {metric_name_validation_scheme: legacy}\n"
        let config = try #require(whole(legacy + text).value?.scrapes.jobs.first)
        let single = config.staticGroups.flatMap { group in
            group.targets.map { TargetGroup(targets: [$0], labels: group.labels) }
        }
        #expect(expected.count == 7)
        #expect(expected.count { $0.labels.isEmpty } == 1)
        // promtool prints the targets of a group in order. What it prints as discovered labels is not compared: 2.42 relabels them.
        // Which group comes first is left to chance.
        let isTurned = expected.first?.labels["instance"] == "given"
        let inOrder = isTurned ? Array(expected.dropFirst()) + expected.prefix(1) : expected
        for (theirs, group) in zip(inOrder, single) {
            let ours = resolveTargets([group], of: ScrapeJob(config))
            let labels = Labels(theirs.labels.map { Label($0.key, $0.value) })
            guard let target = ours.targets.first else {
                #expect(labels == .none)
                continue
            }
            #expect(target.labels == Labels(labels.pairs.filter { !$0.name.hasPrefix("__") }))
            let relabelled = apply(config.relabelRules, to: target.discoveredLabels)?.pairs ?? []
            #expect(
                relabelled.filter { $0.name.hasPrefix("__") && !$0.name.hasPrefix("__meta_") }
                    == labels.pairs.filter { $0.name.hasPrefix("__") })
        }
    }
}
