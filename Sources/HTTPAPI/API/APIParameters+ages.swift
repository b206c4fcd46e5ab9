import Model

extension APIParameters {
    /// A time in milliseconds that may be left out: as everywhere, or as a length of time back from now, such as `1h`.
    func momentOrAge(_ name: String, now: Int64) throws(HTTPError) -> Int64? {
        let text = self[name]
        if text.isEmpty { return nil }
        if let time = PreciseTime(text) { return time.milliseconds }
        if case .success(let age) = Result(catching: { () throws(UserError) in try parseDuration(text) }) {
            let (moment, overflow) = now.subtractingReportingOverflow(age)
            return overflow ? (age > 0 ? .min : .max) : moment
        }
        throw invalidParameter(
            name, "cannot parse \(quotedAsGo(text)) to a valid timestamp, or to a length of time back from now")
    }

    /// The value of a parameter; nil when it is not there, or empty.
    func text(_ name: String) -> String? {
        let text = self[name]
        return text.isEmpty ? nil : text
    }
}
