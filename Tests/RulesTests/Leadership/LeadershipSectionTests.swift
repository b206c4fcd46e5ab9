import Testing

@testable import Rules

@Suite struct LeadershipSectionTests {
    private func read(_ text: String) -> (value: LeadershipSection?, problems: [String]) {
        readSection("leadership: \(text)") { $0.section("leadership") ?? LeadershipSection() }
    }

    @Test func readsTheSection() throws {
        let section = try #require(
            read("{lock_file: shared/leader, identity: host-1, lease_duration: 30s, renew_deadline: 20s}").value)
        #expect(section.lockFile == "/etc/vedette/shared/leader")
        #expect(section.identity == "host-1")
        #expect(section.timing == (try LeaseTiming(leaseDuration: 30_000, renewDeadline: 20_000, retryPeriod: 2000)))
        #expect(read("{lock_file: /x}").value?.timing == .standard)
        #expect(read("").value?.lockFile == nil)
        #expect(read("{lease: {name: y, namespace: z}}").value?.lease == .init(name: "y", namespace: "z"))
    }

    @Test(arguments: [
        ("{}", "line 1, column 13: one of `lock_file` and `lease` is expected"),
        ("{lock_file: /x, lease: {name: y}}", "line 1, column 13: one of `lock_file` and `lease` is expected"),
        ("{lease: {}}", "line 1, column 21: `name` is missing"),
        ("{lease: {name: Y_}}", "line 1, column 22: lower-case letters, digits, `-` and `.` are expected"),
        ("{lock_file: /x, identity: ''}", "line 1, column 29: `identity` must have from 1 to 253 printable characters"),
        (
            "{lock_file: /x, lease_duration: 5s}",
            "line 1, column 29: cannot use these times: lease_duration (5s) must be longer than renew_deadline (10s)"
        ),
        (
            "{lock_file: /x, retry_period: 10s}",
            "line 1, column 29: cannot use these times: renew_deadline (10s) must be longer than 1.2 times retry_period (10s)"
        ),
        ("{lock_file: /x, leese: 5s}", "line 1, column 29: unknown key `leese`, did you mean `lease`?"),
    ]) func refuses(_ text: String, _ problem: String) {
        #expect(read(text).problems == [problem])
    }
}
