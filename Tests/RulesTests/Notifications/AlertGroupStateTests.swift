import Actions
import Model
import Testing

@testable import Rules

/// A group through time. Each step: the second, the alerts that fire then (`~` behind a name: muted; `^`: since the beginning), and what is said:
/// the reason, then the alerts (`-` before one: resolved, in parentheses: muted); `!` before it: the action fails; `?`: its
/// end is not known before the next step. `gone` stands for a group that is no more.
private struct Story: CustomStringConvertible {
    var description: String
    var timing = GroupTiming()
    var steps: [(Int64, String, String)]

    init(_ description: String, resolved: Bool = true, _ steps: [(Int64, String, String)]) {
        self.description = description
        timing.sendsResolved = resolved
        self.steps = steps
    }
}

private let stories = [
    Story(
        "a new group waits for group_wait, then is repeated after repeat_interval",
        [
            (0, "a", ""), (29, "a", ""), (30, "a", "first a"), (330, "a", ""), (14_129, "a", ""), (14_429, "a", ""),
            (14_430, "a", ""), (14_729, "a", "repeat a"), (15_029, "a", ""),
        ]),
    Story(
        "alerts that come within group_wait go together",
        [(0, "a", ""), (10, "a b", ""), (20, "a b c", ""), (30, "a b c", "first a b c")]),
    Story(
        "a new alert in a group that is known waits for group_interval",
        [
            (0, "a", ""), (30, "a", "first a"), (40, "a b", ""), (329, "a b", ""), (330, "a b", "new_alerts a b"),
            (630, "a b", ""),
        ]),
    Story(
        "what is resolved is told once, then forgotten",
        [
            (0, "a b", ""), (30, "a b", "first a b"), (100, "a", ""), (330, "a", "new_resolved a -b"), (630, "a", ""),
            (700, "", ""), (930, "", "all_resolved -a gone"), (1000, "", "gone"),
        ]),
    Story(
        "nothing is told of what was over before group_wait",
        [(0, "a", ""), (10, "", ""), (30, "", "gone"), (40, "a", ""), (70, "a", "first a")]),
    Story(
        "of a group that is first told, what is resolved already is told too",
        [(0, "a b", ""), (10, "a", ""), (30, "a", "first a -b"), (330, "a", "")]),
    Story(
        "an alert that came and went between two flushes is told as resolved",
        [(0, "a", ""), (30, "a", "first a"), (100, "a b", ""), (200, "a", ""), (330, "a", "new_resolved a -b")]),
    Story(
        "an alert that fires again before the flush was never resolved",
        [(0, "a b", ""), (30, "a b", "first a b"), (100, "a", ""), (200, "a b", ""), (330, "a b", "")]),
    Story(
        "an alert that fires again after it was told is a new one",
        [
            (0, "a b", ""), (30, "a b", "first a b"), (100, "a", ""), (330, "a", "new_resolved a -b"), (400, "a b", ""),
            (630, "a b", "new_alerts a b"),
        ]),
    Story(
        "a group that comes back is a new group",
        [
            (0, "a", ""), (30, "a", "first a"), (100, "", ""), (330, "", "all_resolved -a gone"), (340, "a", ""),
            (369, "a", ""), (370, "a", "first a"),
        ]),
    Story(
        "without send_resolved what is resolved is dropped",
        resolved: false,
        [
            (0, "a b", ""), (30, "a b", "first a b"), (100, "a", ""), (330, "a", ""), (400, "a b", ""),
            (630, "a b", "new_alerts a b"), (700, "", ""), (930, "", "gone"), (940, "a", ""), (970, "a", "first a"),
        ]),
    Story(
        "what failed is due again at the next flush, as the group is then",
        [
            (0, "a", ""), (30, "a", "!first a"), (100, "a b", ""), (329, "a b", ""), (330, "a b", "!first a b"),
            (400, "b", ""), (630, "b", "first -a b"), (930, "b", ""),
        ]),
    Story(
        "what is resolved stays until it has been told",
        [
            (0, "a", ""), (30, "a", "first a"), (100, "", ""), (330, "", "!all_resolved -a"),
            (630, "", "!all_resolved -a"),
            (930, "", "all_resolved -a gone"),
        ]),
    Story(
        "while something is being told nothing else is",
        [
            (0, "a", ""), (30, "a", "?first a"), (330, "a b", ""), (630, "a b", ""),
            (631, "a b", "done new_alerts a b"),
        ]),
    Story(
        "what is muted is left out, and on record once",
        [
            (0, "a b~", ""), (30, "a b~", "first a (b)"), (330, "a b~", ""), (400, "a b~ c~", ""),
            (630, "a b~ c~", "silenced new_alerts (b c)"), (930, "a b~ c~", ""), (1230, "a b c", "new_alerts a b c"),
        ]),
    Story(
        "a group that is muted as a whole says nothing, and afterwards all",
        [
            (0, "a~", ""), (30, "a~", "silenced first (a)"), (330, "a~", ""), (630, "a", "first a"), (700, "a~", ""),
            (930, "a~", ""), (1000, "a", ""), (1230, "a", ""),
        ]),
    Story(
        "what is resolved while it is muted is never told, and is new when it fires again",
        [
            (0, "a b", ""), (30, "a b", "first a b"), (100, "b a~", ""), (200, "b -a~", ""),
            (330, "b -a~", "silenced new_resolved (-a)"), (400, "a b", ""), (630, "a b", "new_alerts a b"),
        ]),
    Story(
        "a failure while it is muted is on record",
        [
            (0, "a", ""), (30, "a", "!first a"), (330, "a~", "silenced first (a)"), (630, "a~", ""),
            (930, "a", "first a"),
        ]),
    Story(
        "a muted group is on record again after repeat_interval",
        [(0, "a~", ""), (30, "a~", "silenced first (a)"), (14_430, "a~", "silenced repeat (a)")]),
    Story("an alert that is as old as group_wait waits", [(30, "a^", ""), (60, "a", "first a")]),
    Story("an alert that is older than group_wait does not wait at all", [(31, "a^", "first a"), (331, "a", "")]),
]

@Suite struct GroupStateTests {
    @Test(arguments: stories) fileprivate func goesAs(_ story: Story) throws {
        var state: AlertGroupState?
        var isOut = false
        var muted: Set<String> = []
        for (second, text, expected) in story.steps {
            let now = second * 1000
            var alerts: [ActionAlert] = []
            for word in text.split(separator: " ") {
                let name = String(word.filter { !"~-^".contains($0) })
                if word.hasSuffix("~") { muted.insert(name) } else { muted.remove(name) }
                if word.hasPrefix("-") { continue }
                var alert = ActionAlert()
                alert.labels = ["alertname": name]
                alert.startsAt =
                    state?.members.first { $0.labels == alert.labels && $0.isFiring }?.startsAt
                    ?? (word.hasSuffix("^") ? 0 : now)
                alerts.append(alert)
            }
            var said: [String] = []
            // What is being told ends between two steps.
            if isOut, expected.hasPrefix("done ") {
                state = state?.settled(succeeded: true)
                isOut = false
                said.append("done")
            }
            let outcome = AlertGroupState.next(after: state, alerts: alerts, timing: story.timing, at: now) { labels in
                muted.contains(labels["alertname"] ?? "")
            }
            state = outcome.state
            if let notice = outcome.notice {
                let mark = expected.hasPrefix("!") ? "!" : expected.hasPrefix("?") ? "?" : ""
                said.append(mark + notice.reason.rawValue)
                said.append(contentsOf: notice.alerts.map(shown))
                if !notice.muted.isEmpty { said.append("(\(notice.muted.map(shown).joined(separator: " ")))") }
                isOut = mark == "?"
                if !isOut { state = state?.settled(succeeded: mark == "") }
            }
            if let silenced = outcome.silenced {
                said.append(
                    "silenced \(silenced.reason.rawValue) (\(silenced.alerts.map(shown).joined(separator: " ")))")
            }
            if state == nil { said.append("gone") }
            #expect(said.joined(separator: " ") == expected, "at \(second)")
            // It goes through its row and comes back the same.
            if let before = state { state = try AlertGroupState(json: before.json) }
            #expect(try state.map { try AlertGroupState(json: $0.json) } == state)
        }
    }

    private func shown(_ alert: ActionAlert) -> String {
        (alert.isFiring ? "" : "-") + (alert.labels["alertname"] ?? "?")
    }

    @Test func whatIsResolvedHasItsEnd() throws {
        var (a, b) = (ActionAlert(), ActionAlert())
        (a.labels, b.labels) = (["alertname": "a"], ["alertname": "b"])
        (a.startsAt, b.startsAt) = (1000, 2000)
        (a.value, b.value) = (.infinity, 1.5)
        a.annotations = ["summary": "it is \"down\""]
        a.generatorURL = "http://x/graph"
        var state = AlertGroupState.next(after: nil, alerts: [b, a], timing: GroupTiming(), at: 3000) { _ in false }
            .state
        let first = AlertGroupState.next(after: state, alerts: [a, b], timing: GroupTiming(), at: 33_000) { _ in false }
        #expect(first.notice?.alerts == [a, b])
        state = first.state?.settled(succeeded: true)
        // One is gone, the other says itself when it ended.
        b.isFiring = false
        b.endsAt = 40_000
        state = AlertGroupState.next(after: state, alerts: [b], timing: GroupTiming(), at: 50_000) { _ in false }.state
        let read = try AlertGroupState(json: try #require(state).json)
        #expect(read == state)
        #expect(read.members.map(\.endsAt) == [50_000, 40_000])
        #expect(read.members.map(\.value) == [.infinity, 1.5])
        // A state that is looked at later does not change when it ended.
        let last = AlertGroupState.next(after: read, alerts: [b], timing: GroupTiming(), at: 333_000) { _ in false }
        #expect(last.notice?.reason == .allResolved)
        #expect(last.notice?.alerts.map(\.endsAt) == [50_000, 40_000])
        #expect(last.notice?.isFiring == false)
        #expect(last.state?.settled(succeeded: true) == nil)
    }

    @Test("an alert that two rules have fires as long as one of them does", arguments: [true, false])
    func twoOfOne(isFiringFirst: Bool) {
        var (firing, over) = (ActionAlert(), ActionAlert())
        over.isFiring = false
        over.endsAt = 20_000
        let alerts = isFiringFirst ? [firing, over] : [over, firing]
        firing =
            AlertGroupState.next(after: nil, alerts: alerts, timing: GroupTiming(), at: 0) { _ in false }
            .state?.members.first ?? over
        #expect(firing.isFiring)
        let state = AlertGroupState.next(after: nil, alerts: [firing], timing: GroupTiming(), at: 0) { _ in false }
            .state
        let next = AlertGroupState.next(after: state, alerts: alerts, timing: GroupTiming(), at: 20_000) { _ in false }
        #expect(next.state?.members.map(\.isFiring) == [true])
    }

    /// The machine's clock is set by an hour: nothing comes earlier or later for that.
    @Test func aClockThatIsSet() throws {
        var a = ActionAlert()
        a.labels = ["alertname": "a"]
        let timing = GroupTiming()
        let first = AlertGroupState.next(after: nil, alerts: [a], timing: timing, at: 30_001) { _ in false }
        let told = try #require(first.state?.settled(succeeded: true))
        for jump: Int64 in [-3_600_000, 3_600_000] {
            var state = told
            state.shift(by: jump)
            #expect(state.nextFlush == told.nextFlush + jump)
            let before = AlertGroupState.next(after: state, alerts: [a], timing: timing, at: jump + 14_430_000) { _ in
                false
            }
            #expect(before.notice == nil)
            let after = AlertGroupState.next(after: state, alerts: [a], timing: timing, at: jump + 14_430_001) { _ in
                false
            }
            #expect(after.notice?.reason == .repetition)
        }
    }

    @Test(arguments: ["", "{}", "[]", "{\"next_flush\":0,\"members\":[{}]}", "{\"next_flush\":1e99,\"members\":[]}"])
    func refusesARowThatIsNone(_ text: String) {
        #expect(throws: UserError.self) { try AlertGroupState(json: Array(text.utf8)) }
    }
}
