import Glibc
import Model
import Store

/// Says on standard error how far an import is: a bar on a terminal, elsewhere a line every few seconds.
struct ImportMeter {
    private static let barMilliseconds: Int64 = 200
    private static let lineMilliseconds: Int64 = 5000
    private static let barWidth = 24

    private let size: Int64?
    private let isTerminal: Bool
    private let clock: any WallClock
    private let say: (String) -> Void
    private let begin: Int64
    private let first: ImportProgress
    private var said: Int64
    private var isBarShown = false

    /// A meter of a text of a size, which begins or goes on at `first`.
    init(
        size: Int64?, from first: ImportProgress, isTerminal: Bool = isatty(STDERR_FILENO) == 1,
        clock: any WallClock = SystemClock(), say: @escaping (String) -> Void = { write($0, to: STDERR_FILENO) }
    ) {
        self.size = size
        self.first = first
        self.isTerminal = isTerminal
        self.clock = clock
        self.say = say
        begin = clock.steady()
        said = begin
    }

    /// Says how far it is, when it is time to.
    mutating func show(position: Int64, samples: Int) {
        let now = clock.steady()
        if now - said < (isTerminal ? Self.barMilliseconds : Self.lineMilliseconds) { return }
        said = now
        let text = describe(position: position, samples: samples, milliseconds: now - begin)
        // Behind the text nothing must stay of a longer one.
        say(isTerminal ? "\r\(text)\u{1b}[K" : "vedette: \(text)\n")
        isBarShown = isTerminal
    }

    /// Takes the bar away, for what is said next.
    mutating func clear() {
        if isBarShown { say("\r\u{1b}[K") }
        isBarShown = false
    }

    private func describe(position: Int64, samples: Int, milliseconds: Int64) -> String {
        let seconds = Double(max(1, milliseconds)) / 1000
        var parts: [String] = []
        if let size, size > 0 {
            let share = min(1, Double(position) / Double(size))
            parts.append("\(bar(share))\(percent(share)) of \(megabytes(size))")
        } else {
            parts.append(megabytes(position))
        }
        parts.append("\(grouped(samples)) samples")
        parts.append("\(grouped(Int(Double(samples - first.samples) / seconds))) a second")
        let read = position - first.position
        if let size, read > 0 { parts.append(left(Double(size - position) * seconds / Double(read))) }
        return parts.joined(separator: ", ")
    }

    private func bar(_ share: Double) -> String {
        guard isTerminal else { return "" }
        let full = Int(share * Double(Self.barWidth))
        return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: Self.barWidth - full) + "] "
    }

    private func percent(_ share: Double) -> String {
        let tenths = Int(share * 1000)
        return "\(tenths / 10).\(tenths % 10) %"
    }

    private func left(_ seconds: Double) -> String {
        let whole = Int(min(max(0, seconds), 1e9).rounded(.up))
        if whole < 60 { return "\(whole) s left" }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s left" }
        return "\(whole / 3600) h \(whole / 60 % 60) min left"
    }
}

/// A number of bytes as people read it.
func megabytes(_ bytes: Int64) -> String {
    let tenths = bytes / 100_000
    return "\(tenths / 10).\(tenths % 10) MB"
}

/// A number with commas between its thousands.
func grouped(_ number: Int) -> String {
    var text = ""
    for (index, digit) in String(number.magnitude).reversed().enumerated() {
        if index > 0, index % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
}
