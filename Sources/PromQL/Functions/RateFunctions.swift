// How much series grow. Samples seldom lie on the ends of a window, so what happens between them and the ends is estimated.
extension RangeWindow {
    /// The change over the window, carried on to its ends: for counters with their resets added up, as a rate per second.
    func extrapolated(isCounter: Bool, isRate: Bool) -> Double {
        guard count >= 2 else { return absent }
        var change = values[last] - values[first]
        if isCounter, mayFall {
            for place in samples.dropFirst() where values[place] < values[place - 1] { change += values[place - 1] }
        }
        let sampled = Double(timestamps[last] - timestamps[first]) / 1000
        let average = sampled / Double(count - 1)
        // Where a sample is missing that should be there, the series begins or ends within the window: half a distance away,
        // for want of better knowledge.
        let threshold = average * 1.1
        var toStart = Double(timestamps[first] - start) / 1000
        var toEnd = Double(end - timestamps[last]) / 1000
        if toStart >= threshold { toStart = average / 2 }
        if isCounter, change > 0, values[first] >= 0 {
            // A counter was never below zero: it is not carried back behind where it would have been zero.
            toStart = min(toStart, sampled * (values[first] / change))
        }
        if toEnd >= threshold { toEnd = average / 2 }
        var factor = sampled == 0 ? 1 : (sampled + toStart + toEnd) / sampled
        if isRate { factor /= Double(end - start) / 1000 }
        return change * factor
    }

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
