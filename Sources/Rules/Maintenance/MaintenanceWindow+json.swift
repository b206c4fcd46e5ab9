import Model

extension MaintenanceWindow {
    /// Writes a window of the configuration, with its state at a moment and its present or next time.
    public func write(to json: inout JSONWriter, at now: Int64) {
        json.object { json in
            json.key("id")
            json.null()
            writeMembers(to: &json, at: now)
            json.member("origin", Silence.Origin.configuration.rawValue)
        }
    }

    /// Writes what windows of the configuration and those made by request have in common.
    func writeMembers(to json: inout JSONWriter, at now: Int64) {
        let next = occurrence(endingAfter: now)
        json.member("name", name)
        json.member("author", author)
        json.member("comment", comment)
        json.key("matchers")
        json.value(matchers.matchers)
        json.member("recurring", isRecurring)
        json.key("time_zone")
        if let timeZone { json.value(timeZone.name) } else { json.null() }
        json.member("state", next.map { $0.lowerBound <= now ? "active" : "pending" } ?? "expired")
        // What was only once is told when it was, too.
        let times = next ?? onlyTime
        json.key("starts_at")
        if let times { json.value(formatTimestamp(times.lowerBound)) } else { json.null() }
        json.key("ends_at")
        if let times { json.value(formatTimestamp(times.upperBound)) } else { json.null() }
    }

    private var onlyTime: Range<Int64>? {
        if case .once(let times, _) = schedule { times } else { nil }
    }
}
