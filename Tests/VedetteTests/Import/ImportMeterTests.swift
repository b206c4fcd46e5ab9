import Model
import Store
import Synchronization
import Testing

@testable import Vedette

private final class MeterClock: WallClock {
    private let time = Atomic<Int64>(0)

    func now() -> Int64 { time.load(ordering: .relaxed) }
    func steady() -> Int64 { now() }
    func advance(_ milliseconds: Int64) { time.add(milliseconds, ordering: .relaxed) }
}

@Suite struct ImportMeterTests {
    private let clock = MeterClock()

    private func said(isTerminal: Bool, size: Int64?, _ body: (inout ImportMeter) -> Void) -> [String] {
        let lines = Mutex<[String]>([])
        var first = ImportProgress()
        first.position = 1_000_000
        first.samples = 100
        var meter = ImportMeter(size: size, from: first, isTerminal: isTerminal, clock: clock) { line in
            lines.withLock { $0.append(line) }
        }
        body(&meter)
        return lines.withLock { $0 }
    }

    @Test func elsewhereALineComesEveryFewSeconds() {
        let lines = said(isTerminal: false, size: 11_000_000) { meter in
            for _ in 0..<7 {
                clock.advance(1000)
                meter.show(position: 6_000_000, samples: 2_000_100)
            }
        }
        #expect(
            lines == ["vedette: 54.5 % of 11.0 MB, 2,000,100 samples, 400,000 a second, 5 s left\n"])
    }

    @Test func aTerminalHasABar() {
        let lines = said(isTerminal: true, size: 2_000_000) { meter in
            clock.advance(300)
            meter.show(position: 1_500_000, samples: 400)
            meter.clear()
            meter.clear()
        }
        #expect(
            lines == [
                "\r[##################......] 75.0 % of 2.0 MB, 400 samples, 1,000 a second, 1 s left\u{1b}[K",
                "\r\u{1b}[K",
            ])
    }

    @Test func aSizeThatIsNotKnownIsLeftOut() {
        let lines = said(isTerminal: false, size: nil) { meter in
            clock.advance(10_000)
            meter.show(position: 3_000_000, samples: 1100)
        }
        #expect(lines == ["vedette: 3.0 MB, 1,100 samples, 100 a second\n"])
    }
}
