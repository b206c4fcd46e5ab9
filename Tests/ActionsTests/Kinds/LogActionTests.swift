import Glibc
import Logging
import Model
import Testing

@testable import Actions

@Suite("`log`")
struct LogActionTests {
    @Test("writes one line of its level with the facts", arguments: LogLevel.allCases)
    func line(level: LogLevel) async throws {
        let scratch = Scratch()
        let descriptor = open(scratch.file("log"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        let action = LogAction(level: level, logger: Logger(level: .debug, descriptor: descriptor))
        var event = someEvent()
        event.rule = "two\nlines"
        let outcome = await action.perform(event, within: 1000)
        close(descriptor)
        #expect(outcome == AttemptOutcome(.succeeded))
        let log = try #require(scratch.read("log"))
        #expect(
            log.dropFirst("2025-11-21T06:55:14.750Z ".count) == """
                \(level.name) two\\nlines is hard action=page cause=enter value=121 threshold="> 100" \
                since=2025-11-21T06:50:14.250Z alerts=1 \
                labels="{alertname=\\"QueueTooLong\\", queue=\\"mail\\", severity=\\"page\\"}" attempt=2 key=queue/7

                """)
    }

    @Test("says beforehand what it would write")
    func plan() throws {
        let plan = try LogAction(level: .warn, logger: Logger()).plan(someEvent())
        #expect(
            plan.hasPrefix(
                "write to the log, as warn: QueueTooLong is hard action=\"page\" cause=\"enter\" value=\"121\""))
    }
}
