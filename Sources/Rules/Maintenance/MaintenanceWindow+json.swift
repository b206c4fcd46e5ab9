import Model

extension MaintenanceWindow {
    /// Writes the window, with its state at a moment and its present or next time.
    public func write(to json: inout JSONWriter, at now: Int64) {
        let times = occurrence(endingAfter: now)
        json.object { writeMembers(to: &$0, times, at: now) }
    }

    /// Writes the members of the window's object, with these times.
    func writeMembers(to json: inout JSONWriter, _ times: Range<Int64>?, at now: Int64) {
        json.member("name", name)
        json.member("author", author)
        json.member("comment", comment)
        json.key("matchers")
        json.value(matchers.matchers)
        json.member("recurring", isRecurring)
        json.key("time_zone")
        if let timeZone { json.value(timeZone.name) } else { json.null() }
        let next = occurrence(endingAfter: now)
        json.member("state", next.map { $0.lowerBound <= now ? "active" : "pending" } ?? "expired")
        json.key("starts_at")
        if let times { json.value(formatTimestamp(times.lowerBound)) } else { json.null() }
        json.key("ends_at")
        if let times { json.value(formatTimestamp(times.upperBound)) } else { json.null() }
    }
}
