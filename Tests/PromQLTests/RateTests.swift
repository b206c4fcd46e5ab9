import Model
import PromQL
import Testing

@Suite("Rates")
struct RateTests {
    /// Numbers that come by chance, the same in each run.
    private struct Chance: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    /// The definition, step by step, for samples after `start` up to `end`.
    private func extrapolated(_ samples: [Sample], start: Int64, end: Int64, _ isCounter: Bool, _ isRate: Bool)
        -> Double?
    {
        guard let first = samples.first, let last = samples.last, samples.count >= 2 else { return nil }
        var change = last.value - first.value
        if isCounter {
            for (before, sample) in zip(samples, samples.dropFirst()) where sample.value < before.value {
                change += before.value
            }
        }
        let sampled = Double(last.timestamp - first.timestamp) / 1000
        let average = sampled / Double(samples.count - 1)
        var toStart = Double(first.timestamp - start) / 1000
        var toEnd = Double(end - last.timestamp) / 1000
        if toStart >= average * 1.1 { toStart = average / 2 }
        if isCounter, change > 0, first.value >= 0 { toStart = min(toStart, sampled * (first.value / change)) }
        if toEnd >= average * 1.1 { toEnd = average / 2 }
        var factor = (sampled + toStart + toEnd) / sampled
        if isRate { factor /= Double(end - start) / 1000 }
        return change * factor
    }

    @Test("are what their definition says, to the bit", arguments: 0..<60)
    func definition(seed: UInt64) throws {
        var chance = Chance(state: seed &* 7919 &+ 1)
        var samples: [Sample] = []
        var (time, value) = (Int64.random(in: 0..<15_000, using: &chance), 0.0)
        // Evenly spaced in some runs; counters from zero, resets, falling and rising gauges, infinities and NaN in others.
        let (jitter, restarts, isGauge, isWild) = (seed % 3 == 1, seed % 4 == 2, seed % 5 == 3, seed % 7 == 6)
        for _ in 0..<240 {
            time += 15_000 + (jitter ? .random(in: -4000...4000, using: &chance) : 0)
            if Int.random(in: 0..<12, using: &chance) == 0 { continue }
            value += isGauge ? .random(in: -50...50, using: &chance) : Double(Int.random(in: 0..<4, using: &chance))
            if restarts, Int.random(in: 0..<25, using: &chance) == 0 { value = 0 }
            let odd = isWild && Int.random(in: 0..<40, using: &chance) == 0
            samples.append(
                Sample(
                    time, odd ? [.infinity, -.infinity, .nan, 0, -1, 1e308].randomElement(using: &chance) ?? 0 : value))
        }
        var source = MemorySource()
        source.add(["__name__": "m_total"], samples)
        for (name, isCounter, isRate) in [("rate", true, true), ("increase", true, false), ("delta", false, false)] {
            for (range, step) in [(40_000 as Int64, 15_000 as Int64), (61_000, 7000), (300_000, 60_000)] {
                let control = QueryControl(timeout: 60_000, sampleLimit: 1_000_000)
                let result = try QueryEngine(source, options: .init()).range(
                    try ParsedQuery("\(name)(m_total[\(range)ms])"), from: 0, to: 3_600_000, step: step,
                    control: control)
                guard case .matrix(let series) = result.value else { throw QueryError.execution("no matrix") }
                var found: [Int64: Double] = [:]
                for one in series { one.forEach { found[$0] = $1 } }
                for end in stride(from: Int64(0), through: 3_600_000, by: Int64.Stride(step)) {
                    let window = samples.filter { $0.timestamp > end - range && $0.timestamp <= end }
                    let wanted = extrapolated(window, start: end - range, end: end, isCounter, isRate)
                    let isSame = wanted.map {
                        $0.isNaN ? found[end]?.isNaN == true : $0.bitPattern == found[end]?.bitPattern
                    }
                    #expect(isSame ?? (found[end] == nil), "\(name) over \(range) ms at \(end)")
                }
            }
        }
    }
}
