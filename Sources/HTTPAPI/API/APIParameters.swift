import Model
import Patterns
import PromQL

/// The parameters of a request to the API, in a form or behind the `?`, read and refused in Prometheus's own words.
struct APIParameters {
    private let form: Parameters

    init(_ request: HTTPRequest) throws(HTTPError) { form = try request.form }

    /// The value of a parameter; one that is not there is empty.
    subscript(name: String) -> String { form[name] ?? "" }

    /// A time that must be there.
    func requiredTime(_ name: String) throws(HTTPError) -> PreciseTime {
        guard let time = PreciseTime(self[name]) else {
            throw invalidParameter(name, "cannot parse \(quotedAsGo(self[name])) to a valid timestamp")
        }
        return time
    }

    /// A time that may be left out.
    func time(_ name: String, or standard: PreciseTime) throws(HTTPError) -> PreciseTime {
        let text = self[name]
        if text.isEmpty { return standard }
        guard let time = PreciseTime(text) else {
            throw invalidParameter(
                name, "invalid time value for '\(name)': cannot parse \(quotedAsGo(text)) to a valid timestamp")
        }
        return time
    }

    /// The range of time of a question about labels: all of it where nothing is given.
    func range() throws(HTTPError) -> (from: Int64, to: Int64) {
        let start = try time("start", or: .earliest)
        let end = try time("end", or: .latest)
        return (start.milliseconds, end.milliseconds)
    }

    /// A duration in nanoseconds; nil when it is left out.
    func duration(_ name: String) throws(HTTPError) -> Int64? {
        let text = self[name]
        return text.isEmpty ? nil : try requiredDuration(name)
    }

    /// A duration in nanoseconds that must be there.
    func requiredDuration(_ name: String) throws(HTTPError) -> Int64 {
        do {
            return try readAPIDuration(self[name])
        } catch {
            throw invalidParameter(name, error.message)
        }
    }

    /// How many results are wanted at the most; 0 for all.
    func limit() throws(HTTPError) -> Int {
        let text = self["limit"]
        if text.isEmpty { return 0 }
        let limit: Int
        do {
            limit = try readInteger(text)
        } catch {
            throw invalidParameter("limit", error.message)
        }
        if limit < 0 { throw invalidParameter("limit", "limit must be non-negative") }
        return limit
    }

    /// How many results are wanted at the most, of the older routes: nil, or less than nothing, for all.
    func plainLimit(_ name: String) throws(HTTPError) -> Int? {
        let text = self[name]
        if text.isEmpty { return nil }
        do {
            let limit = try readInteger(text)
            return limit < 0 ? nil : limit
        } catch {
            throw .api(.badData, "\(name) must be a number")
        }
    }

    /// All values of a parameter in order.
    func all(_ name: String) -> [String] { form.all(name) }

    /// The selectors in `match[]`.
    var selectorTexts: [String] { form.all("match[]") }

    /// What the selectors in `match[]` select; none of them may select everything.
    func selections() throws(HTTPError) -> [[LabelMatcher]] {
        var selections: [[LabelMatcher]] = []
        for text in selectorTexts {
            do throws(QuerySyntaxError) {
                selections.append(try parseSelector(text, maySelectEverything: true))
            } catch {
                throw .api(.badData, error.description)
            }
        }
        for matchers in selections where !matchers.contains(where: isSelective) {
            throw .api(.badData, "match[] must contain at least one non-empty matcher")
        }
        return selections
    }
}

/// An error about one parameter.
func invalidParameter(_ name: String, _ reason: String) -> HTTPError {
    .api(.badData, "invalid parameter \(quotedAsGo(name)): \(reason)")
}

/// A duration in nanoseconds: seconds with a fraction, or with units as in `1h30m`.
func readAPIDuration(_ text: String) throws(UserError) -> Int64 {
    if let seconds = readFloat(text) {
        let nanoseconds = seconds * 1e9
        if nanoseconds.magnitude > 0x1p63 {
            throw UserError("cannot parse \(quotedAsGo(text)) to a valid duration. It overflows int64")
        }
        // What no whole number says, NaN that is, is no time at all.
        return Int64(exactly: nanoseconds.rounded(.towardZero)) ?? (nanoseconds > 0 ? .max : .min)
    }
    if case .success(let milliseconds) = Result(catching: { () throws(UserError) in try parseDuration(text) }) {
        let (nanoseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        if !overflow { return nanoseconds }
    }
    throw UserError("cannot parse \(quotedAsGo(text)) to a valid duration")
}

/// A whole number as Go's `strconv` reads it, with the words of one of its functions when it is none.
func readInteger(
    _ text: String, as function: String = "Atoi", within range: ClosedRange<Int> = .min ... .max
) throws(UserError) -> Int {
    if let number = Int(text), range.contains(number) { return number }
    let digits =
        text.utf8.first == UInt8(ascii: "-") || text.utf8.first == UInt8(ascii: "+") ? text.dropFirst() : text[...]
    let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { $0 &- 0x30 < 10 }
    throw UserError(
        "strconv.\(function): parsing \(quotedAsGo(text)): \(isNumber ? "value out of range" : "invalid syntax")")
}

/// Whether a condition is one that series without the label do not satisfy.
private func isSelective(_ matcher: LabelMatcher) -> Bool {
    // The parser has compiled it before.
    guard case .success(let compiled) = Result(catching: { try CompiledMatcher(matcher) }) else { return false }
    return !compiled.acceptsMissing
}
