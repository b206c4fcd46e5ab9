import Actions
import Model
import Store
import Testing

@testable import Rules

/// Groups as a notifier has them, with the rows that they leave behind.
private struct Desk {
    var groups = NotifiedGroups()
    var rows: [String: String] = [:]
    var facts: [String: String] = [:]
    /// What fires at present.
    var alerts: [ActionAlert] = []
    var version = 0
    /// How often the groups have been looked at, and not found to have nothing to do.
    var looks = 0
    /// What has been decided on and not ended, as it is said.
    var open: [Int64: String] = [:]
    var turn = Turn.alone
    /// By how much the wall clock is off the seconds of the test.
    var offset: Int64 = 0
    var boot = "b"
    var muted: Set<String> = []
    /// How many rows have been written.
    var written = 0
    let numbers = ActionNumbers(after: 0, appliance: "a")

    init(_ routes: [NotificationRoute]) { groups.follow(routes) }

    /// Makes these alerts fire, since a second, and no others.
    mutating func fire(_ names: String, since second: Int64 = 0, value: Double = 1) {
        let before = alerts
        defer { version += alerts.stand(like: before) ? 0 : 1 }
        alerts = names.split(separator: " ").map { name in
            var alert = ActionAlert()
            // "a/x" is the alert `a` of the host `x`.
            let parts = name.split(separator: "/")
            alert.labels = Labels([
                Label("alertname", String(parts[0])), Label("host", parts.count > 1 ? String(parts[1]) : ""),
            ])
            alert.startsAt = second * 1000 + offset
            alert.value = value
            return alert
        }
    }

    /// Looks at a second and says what is told: the action, the reason, and the alerts, `-` before one that is over.
    mutating func look(at second: Int64, ended: [Int64: Bool] = [:]) -> [String] {
        let now = second * 1000 + offset
        let muted = muted
        var round = NotifyingRound(
            now: now, turn: turn, muting: { muted.contains($0["alertname"] ?? "") ? "because" : nil },
            numbers: numbers, externalURL: "")
        groups.take(turn)
        groups.take(clocks(second))
        groups.take(ended)
        let (alerts, version) = (alerts, version)
        var isAsked = false
        groups.look(
            at: version,
            {
                isAsked = true
                return alerts
            }, in: &round)
        if isAsked { looks += 1 }
        return take(round)
    }

    private func clocks(_ second: Int64) -> ClockReading {
        ClockReading(wall: second * 1000 + offset, steady: second * 1000, boot: boot)
    }

    private mutating func take(_ round: NotifyingRound) -> [String] {
        for change in round.changes + groups.takeChanges() {
            switch change {
            case .alertGroup(let key, let detail):
                rows[key] = detail
                written += 1
            case .fact(let name, let value): facts[name] = value
            default: break
            }
        }
        var said: [String] = []
        for case .action(let action) in round.changes {
            let event = try? ActionEvent(json: Array(action.event.utf8))
            let alerts = event?.alerts.map { ($0.isFiring ? "" : "-") + ($0.labels["alertname"] ?? "") } ?? []
            let text = "\(action.action) \(action.state): \(alerts.joined(separator: " "))"
            if action.due != nil { open[action.id] = text }
            said.append(action.outcome == .silenced ? "\(text) (\(action.note))" : text)
        }
        return said.sorted()
    }

    /// What was decided on ends, well or not, and is heard of at the next look.
    mutating func end(_ text: String, _ succeeded: Bool = true) -> [Int64: Bool] {
        let ended = open.filter { $0.value == text }.mapValues { _ in succeeded }
        open = open.filter { $0.value != text }
        return ended
    }

    /// Looks, and what is told succeeds at once.
    mutating func tell(at second: Int64) -> [String] {
        let said = look(at: second)
        let ended = open.mapValues { _ in true }
        open = [:]
        return said + look(at: second, ended: ended)
    }

    /// Another process goes on with the rows.
    mutating func restart(_ routes: [NotificationRoute]) throws {
        groups = NotifiedGroups(
            try rows.values.map { try ToldGroup(json: $0) }, GroupClock(json: facts[NotifiedGroups.clockFact] ?? ""))
        groups.follow(routes)
    }
}

private func route(
    _ name: String = "r", match: String? = nil, to actions: [String] = ["page"], by labels: [String] = []
) -> NotificationRoute {
    let matchers = match.map { [LabelMatcher("alertname", .equal, $0)] } ?? []
    // All of these are legal.
    let set = try? MatcherSet(matchers)
    return NotificationRoute(
        name: name, matchers: set ?? MatcherSet(), actions: actions, grouping: .labels(labels))
}

@Suite("The groups of alerts that are told of")
struct NotifiedGroupsTests {
    @Test("go on after a restart as if nothing had been")
    func restart() throws {
        var desk = Desk([route()])
        desk.fire("a b")
        #expect(desk.tell(at: 31) == ["page firing: a b"])
        try desk.restart([route()])
        #expect(desk.tell(at: 40) == [])
        // One is over before the end of another process, and heard of in the next.
        desk.fire("a")
        #expect(desk.tell(at: 50) == [])
        try desk.restart([route()])
        #expect(desk.tell(at: 331) == ["page firing: a -b"])
        desk.fire("")
        #expect(desk.tell(at: 631) == ["page resolved: -a"])
        #expect(desk.rows.isEmpty)
    }

    @Test("wait for the end of what tells of them, and are told again if it failed")
    func ends() {
        var desk = Desk([route()])
        desk.fire("a")
        #expect(desk.look(at: 31) == ["page firing: a"])
        desk.fire("a b")
        #expect(desk.look(at: 400) == [])
        let looks = desk.looks
        #expect(desk.look(at: 401) == [])
        #expect(desk.looks == looks)
        #expect(desk.look(at: 402, ended: desk.end("page firing: a", false)) == ["page firing: a b"])
        #expect(desk.look(at: 500, ended: desk.end("page firing: a b")) == [])
        // Nobody waits for an action that tells of nothing.
        #expect(desk.look(at: 501, ended: [77: false]) == [])
    }

    @Test("are new ones when somebody else has acted meanwhile, and only then")
    func turns() {
        var desk = Desk([route()])
        desk.turn = Turn(mayAct: true, epoch: 3)
        desk.fire("a")
        #expect(desk.tell(at: 31) == ["page firing: a"])
        desk.turn = Turn(mayAct: true, epoch: 4, first: 3)
        #expect(desk.tell(at: 40) == [])
        desk.turn = Turn(mayAct: true, epoch: 6)
        #expect(desk.tell(at: 50) == ["page firing: a"])
        #expect(desk.rows.count == 1)
        // What is over is nothing that was told in this turn.
        desk.turn = Turn(mayAct: true, epoch: 8)
        desk.fire("")
        #expect(desk.tell(at: 60) == [])
        #expect(desk.rows.isEmpty)
    }

    @Test("of a turn of before are known by its epoch after a restart")
    func turnsAfterRestart() throws {
        var desk = Desk([route()])
        desk.turn = Turn(mayAct: true, epoch: 3)
        desk.fire("a")
        _ = desk.tell(at: 31)
        desk.turn = Turn(mayAct: true, epoch: 4, first: 2)
        try desk.restart([route()])
        #expect(desk.tell(at: 40) == [])
        desk.turn = Turn(mayAct: true, epoch: 6)
        try desk.restart([route()])
        #expect(desk.tell(at: 50) == ["page firing: a"])
    }

    /// What the routes were before and are then, and what is told after that at the next flush of before, when `b` is over and `a`
    /// still fires on both hosts; what is told when all are over; and how many rows are left in between.
    private static let reloads:
        [(String, [NotificationRoute], [NotificationRoute], atFlush: [String], atEnd: [String], rows: Int)] = [
            (
                "nothing", [route()], [route()], ["page firing: a a -b"], ["page resolved: -a -a"], 1
            ),
            (
                "another route behind", [route()], [route(), route("other", to: ["chat"])], ["page firing: a a -b"],
                ["page resolved: -a -a"], 1
            ),
            (
                "an action is gone", [route(to: ["page", "chat"])], [route(to: ["page"])], ["page firing: a a -b"],
                ["page resolved: -a -a"], 1
            ),
            (
                "an action is another", [route(to: ["page"])], [route(to: ["chat"])], ["chat firing: a a"],
                ["chat resolved: -a -a"], 1
            ),
            ("the route is gone", [route()], [], [], [], 0),
            (
                "the route has another name", [route()], [route("s")], ["page firing: a a"], ["page resolved: -a -a"], 1
            ),
            (
                "a label more", [route(by: ["alertname"])], [route(by: ["alertname", "host"])],
                ["page firing: a", "page firing: a"], ["page resolved: -a", "page resolved: -a"], 2
            ),
            (
                "a label less", [route(by: ["alertname", "host"])], [route(by: ["alertname"])],
                ["page firing: a a"], ["page resolved: -a -a"], 1
            ),
            // One that is over and was not the group's any more at that time is not told as over either.
            ("other alerts", [route()], [route(match: "a")], [], ["page resolved: -a -a"], 1),
            ("other alerts, of which one is over", [route()], [route(match: "b")], ["page resolved: -b"], [], 0),
            (
                "an earlier route takes some", [route()], [route("first", match: "a", to: ["chat"]), route()],
                ["chat firing: a a", "page resolved: -b"], ["chat resolved: -a -a"], 1
            ),
        ]

    @Test("lose what is not theirs after a reload, without a word", arguments: reloads.indices)
    func reload(index: Int) throws {
        let (what, before, after, atFlush, atEnd, rows) = Self.reloads[index]
        for isRestarted in [false, true] {
            var desk = Desk(before)
            desk.fire("a/x a/y b/x")
            #expect(!desk.tell(at: 31).isEmpty, "\(what)")
            if isRestarted { try desk.restart(after) } else { desk.groups.follow(after) }
            // What is new is told at once: the alerts are old.
            desk.fire("a/x a/y")
            #expect(desk.tell(at: 100) + desk.tell(at: 331) == atFlush, "\(what)")
            #expect(desk.rows.count == rows, "\(what)")
            desk.fire("")
            #expect(desk.tell(at: 631) + desk.tell(at: 931) == atEnd, "\(what)")
            #expect(desk.rows.isEmpty, "\(what)")
        }
    }

    @Test("whose alerts go another way are told when these come back")
    func backAgain() {
        var desk = Desk([route()])
        desk.fire("a b")
        #expect(desk.tell(at: 31) == ["page firing: a b"])
        desk.groups.follow([route(match: "a")])
        #expect(desk.tell(at: 100) == [])
        desk.groups.follow([route()])
        #expect(desk.tell(at: 331) == ["page firing: a b"])
    }

    @Test("that are gone while they are told of are not heard of again")
    func goneWhileTelling() {
        var desk = Desk([route()])
        desk.fire("a")
        #expect(desk.look(at: 31) == ["page firing: a"])
        desk.groups.follow([])
        #expect(desk.look(at: 32, ended: desk.end("page firing: a", false)) == [])
        #expect(desk.look(at: 331) == [])
        #expect(desk.rows.isEmpty)
    }

    @Test("wait as long as they are to, whatever the clock is set to", arguments: [-3_600_000, 3_600_000] as [Int64])
    func jump(by jump: Int64) throws {
        for isRestarted in [false, true] {
            var desk = Desk([route()])
            desk.fire("a")
            #expect(desk.tell(at: 31) == ["page firing: a"])
            desk.fire("a b")
            #expect(desk.tell(at: 50) == [])
            if isRestarted { try desk.restart([route()]) }
            desk.offset = jump
            #expect(desk.tell(at: 100) == [])
            #expect(desk.tell(at: 330) == [])
            if isRestarted { try desk.restart([route()]) }
            #expect(desk.tell(at: 331) == ["page firing: a b"], "restarted: \(isRestarted)")
            #expect(desk.tell(at: 14_430) == [])
            #expect(desk.tell(at: 14_731) == ["page firing: a b"], "restarted: \(isRestarted)")
        }
    }

    @Test("wait no longer when the machine was off and its clock is behind")
    func otherBoot() throws {
        var desk = Desk([route()])
        desk.fire("a")
        #expect(desk.tell(at: 31) == ["page firing: a"])
        try desk.restart([route()])
        desk.boot = "c"
        desk.offset = -3_600_000
        desk.fire("a b")
        #expect(desk.tell(at: 131) == [])
        // 300 s after what was seen last, at 31.
        #expect(desk.tell(at: 431) == ["page firing: a b"])
    }

    @Test("are not written again because values have changed")
    func values() throws {
        var desk = Desk([route()])
        desk.fire("a b")
        _ = desk.tell(at: 31)
        let written = desk.written
        desk.fire("a b", value: 2)
        #expect(desk.look(at: 46) == [])
        #expect(desk.written == written)
        #expect(desk.groups.takeChanges().isEmpty)
        // What they say is new nevertheless, also after a restart.
        try desk.restart([route()])
        desk.fire("a b c", value: 3)
        #expect(desk.look(at: 331) == ["page firing: a b c"])
        #expect(desk.written > written)
    }

    @Test("that are muted are on record with the reason, and not told")
    func muted() {
        var desk = Desk([route()])
        desk.muted = ["a"]
        desk.fire("a")
        #expect(desk.tell(at: 31) == ["page firing: a (because)"])
        #expect(desk.open.isEmpty)
    }

    @Test("leave nothing to do while nothing changes")
    func quiet() {
        var desk = Desk([route()])
        desk.fire("a", since: 10)
        for second in Int64(10)...1000 { _ = desk.tell(at: second) }
        // At the beginning, after group_wait, and every group_interval; each time it is told, that has to be settled as well.
        #expect(desk.looks == 1 + 2 + 3)
        desk.fire("a", since: 10, value: 2)
        _ = desk.tell(at: 1001)
        #expect(desk.looks == 6)
        desk.fire("a b", since: 10)
        _ = desk.tell(at: 1002)
        desk.groups.follow([route()])
        _ = desk.tell(at: 1003)
        #expect(desk.looks == 8)
        desk.fire("")
        for second in Int64(1004)...2000 { _ = desk.tell(at: second) }
        #expect(desk.looks == 8 + 3)
    }
}

@Suite("The board of alerts")
struct AlertBoardTests {
    private func alert(_ name: String, value: Double, endsAt: Int64? = nil) -> ActionAlert {
        var alert = ActionAlert()
        alert.labels = ["alertname": name]
        alert.value = value
        alert.isFiring = endsAt == nil
        alert.endsAt = endsAt
        return alert
    }

    private func over() -> ActionAlert {
        var alert = alert("a", value: 2)
        alert.isFiring = false
        return alert
    }

    @Test("has another version when alerts come, go or are over, not when they change their values")
    func version() {
        let board = AlertBoard()
        board.setAll([:])
        var versions = [board.version]
        for alerts in [
            [], [alert("a", value: 1)], [alert("a", value: 2)], [alert("a", value: 2), alert("b", value: 2)],
            [over(), alert("b", value: 2)], [alert("a", value: 2, endsAt: 5), alert("b", value: 2)],
            [alert("b", value: 2)], [],
        ] {
            board.set(group: 1, alerts)
            versions.append(board.version)
            #expect(board.all() == alerts)
        }
        #expect(versions.map { $0 - versions[0] } == [0, 0, 1, 1, 2, 3, 4, 5, 6])
    }
}
