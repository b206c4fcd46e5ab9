import Model
import Testing

@testable import Rules

private func read(_ text: String, environment: [String: String] = [:]) -> (
    value: MaintenanceSection?, problems: [String]
) {
    readSection(text, environment: environment, files: .system) { $0.section("maintenance") ?? MaintenanceSection() }
}

@Suite struct MaintenanceSectionTests {
    private let text = """
        maintenance:
          - name: nightly
            matchers: ['job="batch"']
            days: [mon, tue-fri]
            at: "22:00"
            duration: 4h
            time_zone: Europe/Berlin
            author: ann
            comment: backups
          - {name: move, from: 2026-12-24T18:00:00Z, to: 2026-12-26T06:00:00+01:00}
          - {name: local, from: 2026-12-24T18:00, to: 2026-12-26T06:00:30, time_zone: America/New_York}
          - {name: month, days_of_month: [1, -1], months: [jan, 6-8], at: 03:00, duration: 90m}
        """

    @Test func readsWindows() throws {
        let section = read(text)
        #expect(section.problems == [])
        let windows = try #require(section.value).windows
        #expect(windows.map(\.name) == ["nightly", "move", "local", "month"])
        #expect(windows.map(\.isRecurring) == [true, false, false, true])
        #expect(windows.map { $0.timeZone?.name } == ["Europe/Berlin", nil, "America/New_York", "UTC"])
        let begin = try time("2026-11-25T12:00:00Z")
        let occurrences = windows.compactMap { $0.occurrence(endingAfter: begin) }
        #expect(
            occurrences.map { formatTimestamp($0.lowerBound) } == [
                "2026-11-25T21:00:00.000Z", "2026-12-24T18:00:00.000Z", "2026-12-24T23:00:00.000Z",
                "2027-01-01T03:00:00.000Z",
            ])
        #expect(
            occurrences.map { formatTimestamp($0.upperBound) } == [
                "2026-11-26T01:00:00.000Z", "2026-12-26T05:00:00.000Z", "2026-12-26T11:00:30.000Z",
                "2027-01-01T04:30:00.000Z",
            ])
    }

    @Test func mutesWhileItIsInForce() throws {
        let book = MaintenanceBook(try #require(read(text).value).windows)
        func state(_ text: String, _ labels: Labels) throws -> String {
            let inForce = book.inForce(at: try time(text))
            return
                "\(inForce.window(muting: labels)?.name ?? "none") until \(inForce.until.map(formatTimestamp) ?? "ever")"
        }
        #expect(try state("2026-11-25T20:59:59Z", ["job": "batch"]) == "none until 2026-11-25T21:00:00.000Z")
        #expect(try state("2026-11-25T21:00:00Z", ["job": "batch"]) == "nightly until 2026-11-26T01:00:00.000Z")
        #expect(try state("2026-11-25T21:00:00Z", ["job": "web"]) == "none until 2026-11-26T01:00:00.000Z")
        #expect(try state("2026-11-26T01:00:00Z", ["job": "batch"]) == "none until 2026-11-26T21:00:00.000Z")
        // Without matchers it mutes everything.
        #expect(try state("2026-12-24T18:00:00Z", [:]) == "move until 2026-12-24T21:00:00.000Z")
        #expect(MaintenanceBook().inForce(at: 0).until == nil)
    }

    @Test func writesWindows() throws {
        let windows = try #require(read(text).value).windows
        func written(_ window: MaintenanceWindow, _ text: String) throws -> String {
            var json = JSONWriter()
            window.write(to: &json, at: try time(text))
            return String(decoding: json.bytes, as: UTF8.self)
        }
        let nightly = """
            {"name":"nightly","author":"ann","comment":"backups",\
            "matchers":[{"name":"job","value":"batch","isRegex":false,"isEqual":true}],"recurring":true,\
            "time_zone":"Europe/Berlin","state":"active","starts_at":"2026-11-25T21:00:00.000Z",\
            "ends_at":"2026-11-26T01:00:00.000Z"}
            """
        #expect(try written(windows[0], "2026-11-25T22:00:00Z") == nightly)
        #expect(try written(windows[0], "2026-11-25T20:00:00Z").contains("\"state\":\"pending\""))
        let over = """
            {"name":"move","author":"","comment":"","matchers":[],"recurring":false,"time_zone":null,"state":"expired",\
            "starts_at":null,"ends_at":null}
            """
        #expect(try written(windows[1], "2027-01-01T00:00:00Z") == over)
    }

    @Test(arguments: [
        ("{}", "line 1, column 15: `name` is missing"),
        ("{name: a}", "line 1, column 15: expected either `from` and `to`, or `days`, `at` and `duration`"),
        (
            "{name: a, from: 2026-01-01T00:00:00Z, at: 22:00}",
            "line 1, column 15: expected either `from` and `to`, or `days`, `at` and `duration`"
        ),
        ("{name: a, from: 2026-01-01T00:00:00Z}", "line 1, column 15: `to` is missing"),
        ("{name: a, days: [mon]}", "line 1, column 15: `at` is missing"),
        ("{name: a, at: 22:00}", "line 1, column 15: `duration` is missing"),
        (
            "{name: a, at: 25:00, duration: 1h}",
            "line 1, column 29: cannot read \"25:00\": expected a time of the day such as 22:00"
        ),
        (
            "{name: a, at: 22:00, duration: 0s}",
            "line 1, column 36: `duration` must be more than 0s and at most 366d"
        ),
        (
            "{name: a, at: 22:00, duration: 367d}",
            "line 1, column 36: `duration` must be more than 0s and at most 366d"
        ),
        ("{name: a, days: [], at: 22:00, duration: 1h}", "line 1, column 31: `days` has nothing in it"),
        (
            "{name: a, days: [mon, tues], at: 22:00, duration: 1h}",
            "line 1, column 37: cannot read \"tues\": expected a day such as mon, or days such as tue-fri"
        ),
        (
            "{name: a, days_of_month: [30, 31], months: [feb], at: 22:00, duration: 1h}",
            "line 1, column 15: the window never begins: none of `months` has any of `days_of_month`"
        ),
        (
            "{name: a, at: 22:00, duration: 1h, time_zone: Europe/Berlim}",
            "line 1, column 61: cannot use time zone \"Europe/Berlim\": did you mean `Europe/Berlin`?"
        ),
        (
            "{name: a, from: 2026-01-01T00:00:00, to: 2027-01-01T00:00:00Z}",
            "line 1, column 31: cannot use time \"2026-01-01T00:00:00\": it has neither an offset nor a `time_zone`"
        ),
        (
            "{name: a, from: 2026-01-01T00:00:00Z, to: 2027-01-01T00:00, time_zone: UTC}",
            "line 1, column 31: cannot use time \"2026-01-01T00:00:00Z\": it has an offset, and there is a `time_zone` too"
        ),
        (
            "{name: a, from: 2027-01-01T00:00:00Z, to: 2026-01-01T00:00:00Z}",
            "line 1, column 53: the window must end after it begins"
        ),
        (
            "{name: a, matchers: ['a=~\"(\"'], at: 22:00, duration: 1h}",
            "line 1, column 36: cannot compile regular expression"
        ),
        ("{name: a, matchers: [], at: 22:00, duration: 1h}", "line 1, column 35: `matchers` has no matcher"),
        (
            "{name: a, at: 22:00, duration: 1h, day: [mon]}",
            "line 1, column 50: unknown key `day`, did you mean `days`?"
        ),
    ]) func refuses(_ item: String, _ problem: String) {
        let problems = read("maintenance: [\(item)]").problems
        #expect(problems.contains { $0.hasPrefix(problem) }, "\(problems)")
    }

    @Test func refusesTheSameNameTwice() {
        let item = "{name: a, at: 22:00, duration: 1h}"
        #expect(
            read("maintenance:\n- \(item)\n- \(item)").problems
                == ["line 3, column 3: the maintenance window `a` stands twice"])
    }

    @Test func saysThatThereIsNoDatabase() {
        let text = "maintenance: [{name: a, at: 22:00, duration: 1h, time_zone: Europe/Berlin}]"
        #expect(
            read(text, environment: ["TZDIR": "/nowhere"]).problems == [
                "line 1, column 61: cannot use time zone \"Europe/Berlin\": there is no time zone database in /nowhere"
                    + " (install tzdata, or say in TZDIR where it is)"
            ])
    }
}
