// How much series grow. Samples seldom lie on the ends of a window, so what happens between them and the ends is estimated.

/// The change over windows, carried on to their ends: for counters with their resets added up, and as a rate per second.
///
/// It divides several times, which takes most of the time. Where samples are evenly spaced one window lies like the other, so
/// what follows from that is kept from window to window.
struct Extrapolation {
    /// How the samples of a window lie, in milliseconds.
    private struct Position: Equatable {
        var count: Int
        var sampled: Int64
        var toStart: Int64
        var toEnd: Int64
    }

    private let isCounter: Bool
    private let isRate: Bool
    private var position: Position?
    private var sampled = 0.0
    /// How far the change is carried to both sides, in seconds.
    private var toStart = 0.0
    private var toEnd = 0.0
    private var factor = 0.0

    init(isCounter: Bool, isRate: Bool) {
        self.isCounter = isCounter
        self.isRate = isRate
    }

    @inline(__always)
    mutating func change(over window: RangeWindow) -> Double {
        let (timestamps, values) = (window.timestamps, window.values)
        guard window.count >= 2 else { return absent }
        let first = values[window.first]
        var change = values[window.last] - first
        if isCounter, window.mayFall {
            for place in window.samples.dropFirst() where values[place] < values[place - 1] {
                change += values[place - 1]
            }
        }
        let position = Position(
            count: window.count, sampled: timestamps[window.last] - timestamps[window.first],
            toStart: timestamps[window.first] - window.start, toEnd: window.end - timestamps[window.last])
        if position != self.position { take(position, of: window) }
        // A counter was never below zero: it is not carried back behind where it would have been zero. (Mostly it is far above:
        // then there is no need to divide.)
        if isCounter, change > 0, first >= 0, !(sampled * first > 2 * toStart * change) {
            let toZero = sampled * (first / change)
            if toZero < toStart { return change * factor(toStart: toZero, window) }
        }
        return change * factor
    }

    private mutating func take(_ position: Position, of window: RangeWindow) {
        self.position = position
        sampled = Double(position.sampled) / 1000
        let average = sampled / Double(position.count - 1)
        // Where a sample is missing that should be there, the series begins or ends within the window: half a distance away,
        // for want of better knowledge.
        let threshold = average * 1.1
        toStart = Double(position.toStart) / 1000
        toEnd = Double(position.toEnd) / 1000
        if toStart >= threshold { toStart = average / 2 }
        if toEnd >= threshold { toEnd = average / 2 }
        factor = factor(toStart: toStart, window)
    }

    private func factor(toStart: Double, _ window: RangeWindow) -> Double {
        let factor = sampled == 0 ? 1 : (sampled + toStart + toEnd) / sampled
        return isRate ? factor / (Double(window.end - window.start) / 1000) : factor
    }
}

extension RangeWindow {
    /// The change between the last two samples; as a rate, per second, and from zero after a reset.
    func instantChange(isRate: Bool) -> Double {
        guard count >= 2 else { return absent }
        let (before, value) = (values[last - 1], values[last])
        let interval = timestamps[last] - timestamps[last - 1]
        if interval == 0 { return absent }
        let change = isRate && value < before ? value : value - before
        return isRate ? change / (Double(interval) / 1000) : change
    }
}
