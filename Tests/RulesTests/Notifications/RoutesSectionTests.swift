import Model
import Testing

@testable import Rules

@Suite struct RoutesSectionTests {
    private func read(_ text: String) -> (value: RoutesSection?, problems: [String]) {
        readSection(text) { RoutesSection($0, actions: ["page", "chat", "file"]) }
    }

    @Test func readsRoutes() throws {
        let section = read(
            """
            routes:
              - match: ['severity="page"', 'env=~"prod|stage"']
                actions: [page, chat]
                group_by: [alertname, cluster]
                group_wait: 0s
                group_interval: 1m
                repeat_interval: 1h
                send_resolved: false
                continue: true
              - {name: all, actions: [file], group_by: ['...']}
              - {actions: [chat]}
            """)
        #expect(section.problems == [])
        let routes = try #require(section.value).routes
        #expect(routes.map(\.name) == [#"{severity="page", env=~"prod|stage"}"#, "all", "{}"])
        #expect(routes.map(\.actions) == [["page", "chat"], ["file"], ["chat"]])
        #expect(routes.map(\.grouping) == [.labels(["alertname", "cluster"]), .everyLabel, .labels([])])
        #expect(routes.map(\.continues) == [true, false, false])
        #expect(routes.map(\.timing.wait) == [0, 30_000, 30_000])
        #expect(routes.map(\.timing.interval) == [60_000, 300_000, 300_000])
        #expect(routes.map(\.timing.repetition) == [3_600_000, 14_400_000, 14_400_000])
        #expect(routes.map(\.timing.sendsResolved) == [false, true, true])
        let labels: Labels = ["alertname": "Down", "severity": "page", "env": "prod"]
        // The first fits and continues, the second fits and does not.
        #expect(routes.routes(for: labels).map(\.name) == [routes[0].name, "all"])
        #expect(routes.routes(for: ["severity": "warning"]).map(\.name) == ["all"])
        #expect([routes[0]].routes(for: [:]).map(\.name) == [])
        #expect(
            routes[0].groupKey(routes[0].groupLabels(of: labels))
                == #"{severity="page", env=~"prod|stage"}:{alertname="Down"}"#)
        #expect(routes[1].groupLabels(of: labels) == labels)
        #expect(routes[2].groupKey(routes[2].groupLabels(of: labels)) == "{}:{}")
    }

    @Test(arguments: [
        ("{}", "line 1, column 10: `actions` is missing"), ("{actions: []}", "line 1, column 10: `actions` is missing"),
        ("{actions: [pagee]}", "line 1, column 21: unknown action `pagee`, did you mean `page`?"),
        ("{actions: [email]}", "line 1, column 21: unknown action `email`"),
        ("{actions: [page, page]}", "line 1, column 27: the action `page` stands twice"),
        ("{actions: [page], group_by: [a, a]}", "line 1, column 42: the label `a` stands twice"),
        (
            "{actions: [page], group_by: ['...', a]}",
            "line 1, column 28: `...` stands for all labels: no other can stand beside it"
        ),
        ("{actions: [page], group_by: ['']}", "line 1, column 39: a label name must not be empty"),
        ("{actions: [page], group_interval: 0s}", "line 1, column 28: `group_interval` must be more than 0s"),
        ("{actions: [page], repeat_interval: 0s}", "line 1, column 28: `repeat_interval` must be more than 0s"),
        ("{actions: [page], repeat_interval: 11y}", "line 1, column 28: `repeat_interval` must be at most ten years"),
        (
            "{actions: [page], repeat_interval: 1m}",
            "warning line 1, column 28: a group is looked at every `group_interval` (5m): it cannot be repeated more often"
        ),
        ("{actions: [page], match: []}", "line 1, column 35: `match` has no matcher"),
        (
            "{actions: [page], match: ['a=~\"(\"']}",
            "line 1, column 36: cannot compile regular expression \"(\": missing ): ("
        ),
        ("{actions: [page], receiver: x}", "line 1, column 28: unknown key `receiver`"),
    ]) func refuses(_ item: String, _ problem: String) {
        #expect(read("routes: [\(item)]").problems == [problem])
    }

    @Test func refusesTheSameNameTwice() {
        #expect(
            read("routes:\n- {actions: [page], continue: true}\n- {actions: [chat]}").problems
                == ["line 3, column 3: the route `{}` stands twice: give one of them another `name`"])
    }
}
