import Testing

@testable import Rules

/// Goes through values a second apart and writes down what happens: the state, and what is run. An action succeeds at once unless
/// `fails` says otherwise.
private struct Play {
    let rule: ThresholdRule
    var state = ThresholdState()
    var nextAction: Int64 = 1
    var fails = false

    init(_ rule: ThresholdRule) { self.rule = rule }

    mutating func step(_ value: Double?, at second: Int) -> String {
        let now = Int64(second) * 1000 + 1_000_000
        let reading: ThresholdReading = value.map { .value($0, rule.crossed(by: $0)) } ?? .missing
        var done: [String] = []
        for wish in rule.advance(&state, reading, at: now) {
            if wish.cause == .resolve, !wish.wasTold { continue }
            done.append("\(wish.cause.rawValue) \(wish.level) \(wish.action)")
            if wish.cause == .resolve { continue }
            rule.decided(nextAction, for: wish, &state)
            rule.note(nextAction, succeeded: !fails, cause: wish.cause, &state, at: now)
            nextAction += 1
        }
        return ([state.name] + done).joined(separator: ", ")
    }

    mutating func all(_ values: [Double?]) -> [String] {
        values.enumerated().map { step($1, at: $0) }
    }
}

private func level(
    _ name: String, _ comparison: Comparison, _ holdFor: Int64, backoff: Int64? = nil, resolve: [String] = []
) -> ThresholdRule.Level {
    var level = ThresholdRule.Level(name, comparison, holdFor: holdFor, backoff: backoff)
    level.onEnter = ["a"]
    level.onRepeat = backoff == nil ? [] : ["a"]
    level.onResolve = resolve
    return level
}

@Suite("The state machine of a threshold")
struct ThresholdMachineTests {
    @Test("fires once when the value has held for the duration")
    func holding() {
        var play = Play(ThresholdRule([level("active", .init(.greater, 10), 2000)]))
        #expect(
            play.all([5, 11, 12, 13, 14, 10, 11, 5]) == [
                "ok", "pending", "pending", "active, enter active a", "active", "ok", "pending", "ok",
            ])
    }

    @Test("fires at once without a duration")
    func immediate() {
        var play = Play(ThresholdRule([level("active", .init(.less, 10), 0)]))
        #expect(play.all([11, 9, 9]) == ["ok", "active, enter active a", "active"])
    }

    @Test("repeats when the pause is over, and runs no action twice within it")
    func repeating() {
        var play = Play(ThresholdRule([level("active", .init(.greater, 10), 0, backoff: 2000)]))
        #expect(
            play.all([11, 11, 11, 11, 11, 5]) == [
                "active, enter active a", "active", "active, repeat active a", "active", "active, repeat active a",
                "ok",
            ])
    }

    @Test("repeats at every evaluation with a pause of nothing")
    func repeatingAlways() {
        var play = Play(ThresholdRule([level("active", .init(.greater, 10), 0, backoff: 0)]))
        #expect(
            play.all([11, 11, 11]) == [
                "active, enter active a", "active, repeat active a", "active, repeat active a",
            ])
    }

    @Test("waits for the end of the pause when it is entered again within it")
    func flapping() {
        var play = Play(ThresholdRule([level("active", .init(.greater, 10), 0, backoff: 4000)]))
        #expect(
            play.all([11, 5, 11, 11, 11, 5, 5, 5, 5, 11]) == [
                "active, enter active a", "ok", "active", "active", "active, enter active a", "ok", "ok", "ok", "ok",
                "active, enter active a",
            ])
    }

    @Test("begins the pause only when the action has succeeded")
    func failing() {
        var play = Play(ThresholdRule([level("active", .init(.greater, 10), 0, backoff: 60_000)]))
        play.fails = true
        #expect(play.all([11, 11]) == ["active, enter active a", "active, enter active a"])
        play.fails = false
        #expect(play.step(11, at: 2) == "active, enter active a")
        #expect(play.step(11, at: 3) == "active")
    }

    @Test("decides nothing anew while an action is under way")
    func outstanding() {
        let rule = ThresholdRule([level("active", .init(.greater, 10), 0, backoff: 0)])
        var state = ThresholdState()
        let crossed = ThresholdReading.value(11, rule.crossed(by: 11))
        let wishes = rule.advance(&state, crossed, at: 1000)
        #expect(wishes.count == 1)
        for wish in wishes { rule.decided(1, for: wish, &state) }
        #expect(rule.advance(&state, crossed, at: 2000).isEmpty)
        // Not even when it is left and entered again.
        #expect(rule.advance(&state, .value(5, []), at: 3000).isEmpty)
        #expect(rule.advance(&state, crossed, at: 4000).isEmpty)
        rule.note(1, succeeded: true, cause: .enter, &state, at: 4500)
        #expect(rule.advance(&state, crossed, at: 5000).map(\.cause) == [.enter])
    }

    @Test("tells again of a level that was left and entered while it was being told, and tells once that it was over")
    func flappingWhileUnderWay() {
        for succeeds in [true, false] {
            let rule = ThresholdRule([level("active", .init(.greater, 10), 0, resolve: ["b"])])
            var state = ThresholdState()
            let (far, near) = (ThresholdReading.value(11, .all), ThresholdReading.value(5, []))
            for wish in rule.advance(&state, far, at: 1000) { rule.decided(1, for: wish, &state) }
            #expect(rule.advance(&state, near, at: 2000).map(\.wasTold) == [true])
            #expect(rule.advance(&state, far, at: 3000).isEmpty)
            // Of this time nobody has heard.
            #expect(rule.advance(&state, near, at: 4000).map(\.wasTold) == [false])
            #expect(rule.advance(&state, far, at: 5000).isEmpty)
            rule.note(1, succeeded: succeeds, cause: .enter, &state, at: 5500)
            let again = rule.advance(&state, far, at: 6000)
            #expect(again.map(\.cause) == [.enter] && again.map(\.since) == [5000])
            for wish in again { rule.decided(2, for: wish, &state) }
            rule.note(2, succeeded: true, cause: .enter, &state, at: 6500)
            #expect(rule.advance(&state, far, at: 7000).isEmpty)
            #expect(rule.advance(&state, near, at: 8000).map(\.wasTold) == [true])
            #expect(state.actions.isEmpty)
        }
    }

    @Test("counts a pause that was changed, or is new, from when it began")
    func changedPause() {
        for before: Int64? in [60_000, nil] {
            var play = Play(ThresholdRule([level("active", .init(.greater, 10), 0, backoff: before)]))
            #expect(play.all([11, 11]) == ["active, enter active a", "active"])
            var changed = Play(ThresholdRule([level("active", .init(.greater, 10), 0, backoff: 3000)]))
            changed.state = play.state
            _ = changed.rule.adopt(&changed.state, from: play.rule, at: 1_001_000)
            #expect(changed.step(11, at: 2) == "active")
            #expect(changed.step(11, at: 3) == "active, repeat active a")
        }
    }

    @Test("stays told while a repetition is silenced")
    func silencedRepetition() {
        let rule = ThresholdRule([level("active", .init(.greater, 10), 0, backoff: 1000, resolve: ["b"])])
        var state = ThresholdState()
        let far = ThresholdReading.value(11, .all)
        for wish in rule.advance(&state, far, at: 1000) { rule.decided(1, for: wish, &state) }
        rule.note(1, succeeded: true, cause: .enter, &state, at: 1000)
        #expect(rule.advance(&state, far, at: 2000).map(\.cause) == [.repeat])
        state.actions[0].isSilenced = true
        #expect(rule.advance(&state, far, at: 3000).map(\.cause) == [.repeat])
        #expect(rule.advance(&state, .value(5, []), at: 4000).map(\.wasTold) == [true])
    }

    @Test("decides again on what failed for good when it has rested, and not at each evaluation")
    func resting() {
        let rule = ThresholdRule([level("active", .init(.greater, 10), 0, backoff: 1000)])
        var state = ThresholdState()
        let far = ThresholdReading.value(11, .all)
        for wish in rule.advance(&state, far, at: 1000) { rule.decided(1, for: wish, &state) }
        rule.note(1, succeeded: false, cause: .enter, &state, at: 2000, dueAgain: 5000)
        #expect(rule.advance(&state, far, at: 3000).isEmpty)
        // Not either when it is left and entered again.
        #expect(rule.advance(&state, .value(5, []), at: 3500).map(\.wasTold) == [])
        #expect(rule.advance(&state, far, at: 4000).isEmpty)
        let again = rule.advance(&state, far, at: 5000)
        #expect(again.map(\.cause) == [.enter])
        for wish in again { rule.decided(2, for: wish, &state) }
        rule.note(2, succeeded: true, cause: .enter, &state, at: 5000)
        for wish in rule.advance(&state, far, at: 6000) { rule.decided(3, for: wish, &state) }
        rule.note(3, succeeded: false, cause: .repeat, &state, at: 6500, dueAgain: 9000)
        #expect(rule.advance(&state, far, at: 8000).isEmpty)
        #expect(rule.advance(&state, far, at: 9000).map(\.cause) == [.repeat])
    }

    @Test("leaves the levels that a new configuration does not have, as the old one says")
    func levelsThatGo() {
        let old = ThresholdRule([
            level("soft", .init(.greater, 10), 0), level("hard", .init(.greater, 20), 0, resolve: ["b"]),
        ])
        var play = Play(old)
        #expect(play.step(25, at: 0) == "hard, enter soft a, enter hard a")
        let new = ThresholdRule([level("soft", .init(.greater, 10), 0)])
        let wishes = new.adopt(&play.state, from: old, at: 1_001_000)
        #expect(wishes.map { "\($0.cause) \($0.level) \($0.action) \($0.wasTold)" } == ["resolve hard b true"])
        #expect(play.state.active.map(\.name) == ["soft"])
        #expect(play.state.actions.map(\.level) == ["soft"])
    }

    @Test("goes from soft to hard while soft is active, and falls back from both at once")
    func levels() {
        var play = Play(
            ThresholdRule([
                level("soft", .init(.greater, 10), 2000), level("hard", .init(.greater, 20), 2000, resolve: ["b"]),
            ]))
        #expect(
            play.all([25, 25, 25, 25, 25, 15, 25, 9]) == [
                "pending", "pending", "soft, enter soft a", "soft", "hard, enter hard a", "hard", "hard",
                "ok, resolve hard b",
            ])
    }

    @Test("counts the duration of hard anew when the value falls below it")
    func hardInterrupted() {
        var play = Play(
            ThresholdRule([level("soft", .init(.greater, 10), 0), level("hard", .init(.greater, 20), 2000)]))
        #expect(
            play.all([25, 25, 15, 25, 25, 25]) == [
                "soft, enter soft a", "soft", "soft", "soft", "soft", "hard, enter hard a",
            ])
    }

    @Test("repeats a level's action only while that level is crossed")
    func repeatingLevels() {
        var play = Play(
            ThresholdRule([
                level("soft", .init(.greater, 10), 0, backoff: 2000),
                level("hard", .init(.greater, 20), 0, backoff: 1000),
            ]))
        #expect(
            play.all([25, 25, 15, 15]) == [
                "hard, enter soft a, enter hard a", "hard, repeat hard a", "hard, repeat soft a", "hard",
            ])
    }

    @Test("repeats the highest active level alone, where that is wanted")
    func repeatingTheHighest() {
        var rule = ThresholdRule([
            level("soft", .init(.greater, 10), 0, backoff: 1000), level("hard", .init(.greater, 20), 0, backoff: 3000),
        ])
        rule.repeatsHighestOnly = true
        var play = Play(rule)
        #expect(
            play.all([15, 15, 25, 25, 25, 15, 25, 5, 25]) == [
                "soft, enter soft a", "soft, repeat soft a", "hard, enter hard a", "hard", "hard",
                "hard",
                "hard, repeat hard a", "ok", "hard, enter soft a",
            ])
    }

    @Test("changes nothing while the source does not answer, where that is wanted")
    func unanswered() {
        for policy in ThresholdRule.MissingPolicy.allCases {
            var rule = ThresholdRule([level("active", .init(.greater, 10), 2000, backoff: 0)], missing: policy)
            rule.holdsWhenUnanswered = true
            var state = ThresholdState()
            #expect(rule.advance(&state, .unanswered, at: 500).isEmpty && state.name == "no_data")
            #expect(rule.advance(&state, .value(11, .all), at: 1000).isEmpty && state.name == "pending")
            #expect(rule.advance(&state, .unanswered, at: 3000).isEmpty && state.name == "no_data")
            #expect(rule.advance(&state, .value(11, .all), at: 3500).map(\.cause) == [.enter])
            state.actions[0].isTold = true
            state.actions[0].pausedAt = 3500
            #expect(rule.advance(&state, .unanswered, at: 4000).isEmpty && state.name == "no_data")
        }
        // Without that it is a missing value like any other.
        let rule = ThresholdRule([level("active", .init(.greater, 10), 0)], missing: .breached)
        var state = ThresholdState()
        #expect(rule.advance(&state, .unanswered, at: 500).map(\.cause) == [.enter])
    }

    @Test("takes the last value without end, where no bound is set")
    func lastValueForEver() {
        var play = Play(ThresholdRule([level("active", .init(.greater, 10), 0)], missing: .lastValue, missingFor: .max))
        #expect(play.step(11, at: 0) == "active, enter active a")
        #expect(play.step(nil, at: 1) == "active")
        #expect(play.step(nil, at: 400_000_000) == "active")
    }

    @Test("says that it is over only to those who heard that it began")
    func resolving() {
        var play = Play(ThresholdRule([level("active", .init(.greater, 10), 0, resolve: ["b"])]))
        #expect(play.all([11, 5, 5]) == ["active, enter active a", "ok, resolve active b", "ok"])
        let rule = play.rule
        var state = ThresholdState()
        _ = rule.advance(&state, .value(11, .all), at: 1000)
        state.actions[0].isSilenced = true
        #expect(rule.advance(&state, .value(5, []), at: 2000).isEmpty)
    }

    @Test("is due when the silence is over")
    func silenced() {
        let rule = ThresholdRule([level("active", .init(.greater, 10), 0)])
        var state = ThresholdState()
        _ = rule.advance(&state, .value(11, .all), at: 1000)
        state.actions[0].isSilenced = true
        // Whoever is asked says each time whether it still is.
        #expect(rule.advance(&state, .value(11, .all), at: 2000).map(\.cause) == [.enter])
    }

    @Test(
        "takes a missing value for what the policy says",
        arguments: [
            (
                ThresholdRule.MissingPolicy.hold,
                ["pending", "no_data", "no_data", "active, enter active a", "no_data", "no_data", "ok"]
            ),
            (.zero, ["pending", "ok", "ok", "pending", "ok", "ok", "ok"]),
            (.ok, ["pending", "ok", "ok", "pending", "ok", "ok", "ok"]),
            (
                .breached,
                ["pending", "pending", "active, enter active a", "active", "active", "active", "ok"]
            ),
            (
                .lastValue,
                ["pending", "pending", "no_data", "active, enter active a", "active", "no_data", "ok"]
            ),
        ])
    func missing(policy: ThresholdRule.MissingPolicy, states: [String]) {
        var play = Play(
            ThresholdRule([level("active", .init(.greater, 10), 2000)], missing: policy, missingFor: 1000))
        #expect(play.all([11, nil, nil, 11, nil, nil, 5]) == states)
    }

    @Test("fires below a limit when zero stands for what is missing, and only then")
    func zeroBelow() {
        var zero = Play(ThresholdRule([level("active", .init(.less, 1), 0)], missing: .zero))
        #expect(zero.all([nil]) == ["active, enter active a"])
        var last = Play(ThresholdRule([level("active", .init(.less, 1), 0)]))
        #expect(last.all([nil, 5, nil]) == ["no_data", "ok", "ok"])
    }

    @Test("does not count a clock that was set")
    func shifting() {
        for jump: Int64 in [3_600_000, -3_600_000] {
            var play = Play(ThresholdRule([level("active", .init(.greater, 10), 3000, backoff: 5000)]))
            #expect(play.step(11, at: 0) == "pending")
            play.state.shift(by: jump)
            let seconds = Int(jump / 1000)
            #expect(play.step(11, at: 1 + seconds) == "pending")
            #expect(play.step(11, at: 3 + seconds) == "active, enter active a")
            play.state.shift(by: -jump)
            #expect(play.step(11, at: 4) == "active")
            #expect(play.step(11, at: 8) == "active, repeat active a")
        }
    }

    @Test("is the same after it was stored, whatever it is")
    func storing() throws {
        var generator = SystemRandomNumberGenerator()
        let rule = ThresholdRule([
            level("soft", .init(.greater, 10), 2000, backoff: 3000), level("hard", .init(.greater, 20), 1000),
        ])
        for _ in 0..<200 {
            var play = Play(rule)
            play.fails = Bool.random(using: &generator)
            for second in 0..<30 {
                let value: Double? = Int.random(in: 0..<4, using: &generator) == 0 ? nil : .random(in: 0..<30)
                _ = play.step(value, at: second)
                let stored = try ThresholdState(json: play.state.json, since: play.state.since)
                #expect(stored == play.state)
            }
        }
    }

    @Test("can stand any time and any stored text")
    func hostile() {
        let rule = ThresholdRule([level("active", .init(.greater, 10), .max, backoff: .max)])
        var state = ThresholdState()
        for now: Int64 in [.min, 0, .max] {
            _ = rule.advance(&state, .value(11, .all), at: now)
            state.shift(by: .max)
            state.shift(by: .min)
        }
        for text in [
            "", "[]", "null", "{", #"{"active":[{"level":1}],"actions":[{}, 3],"pending_since":"x"}"#,
            #"{"last_value":"NaN","last_crossed":99999999999}"#,
            #"{"actions":[{"level":"a","action":"b","under_way":"x","told":1}],"owed":[{}, 1]}"#,
        ] {
            do {
                var state = try ThresholdState(json: text, since: 0)
                _ = rule.adopt(&state, at: 0)
                #expect(state.active.isEmpty)
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }
}
