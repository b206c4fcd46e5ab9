// How fast expositions are read: cold, line by line; and hot, by the layout of the scrape before. Files named on the
// command line are read in the form their first lines are in; without any, only the synthetic body is measured.

import Exposition
import Glibc
import Model

/// A body in memory of its own, with the padding that readers want.
func padded(_ bytes: [UInt8]) -> PaddedBytes {
    let copy = UnsafeMutableRawPointer.allocate(byteCount: bytes.count + PaddedBytes.padding, alignment: 64)
    copy.initializeMemory(as: UInt8.self, repeating: 0, count: bytes.count + PaddedBytes.padding)
    UnsafeMutableRawBufferPointer(start: copy, count: bytes.count).copyBytes(from: bytes)
    return PaddedBytes(start: copy, count: bytes.count)
}

func readFile(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        if count <= 0 { return bytes }
        bytes += buffer[..<count]
    }
}

/// The shortest time of several runs, in nanoseconds: what disturbs a run only makes it longer.
func shortest(_ run: () -> Void) -> Double {
    var best = UInt64.max
    let end = monotonicNanoseconds() + 400_000_000
    while monotonicNanoseconds() < end {
        let start = monotonicNanoseconds()
        run()
        best = min(best, monotonicNanoseconds() - start)
    }
    return Double(best)
}

func rounded(_ value: Double, _ digits: Int) -> String {
    let scale = powerOfTen(digits)
    return formatAPIValue((value * scale).rounded() / scale)
}

func pad(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.utf8.count)) + text
}

func report(_ name: String, _ first: PaddedBytes, _ format: ExpositionFormat) {
    var samples = 0
    var failure: UserError?
    func cold() {
        var reader = ExpositionReader(first, format: format)
        samples = 0
        do throws(UserError) {
            while let event = try reader.next() {
                if event.kind == .sample { samples += 1 }
            }
        } catch {
            failure = error
        }
    }
    let coldTime = shortest(cold)
    if let failure {
        print("\(name): \(failure)")
        return
    }
    var layout = ScrapeLayout()
    var tokens: [SampleToken] = []
    func record() {
        var reader = ExpositionReader(first, format: format)
        layout.begin()
        while let event = try? reader.next() { layout.record(event, of: first) }
        layout.complete(first)
    }
    record()
    var matched = true
    let recordTime = shortest(record)
    let hotTime = shortest { matched = layout.match(first, into: &tokens) && matched }
    var sum = 0.0
    let valueTime = shortest {
        matched = layout.match(first, into: &tokens) && matched
        for token in tokens { sum += readNumber(token.value(in: first))?.double ?? 0 }
    }
    let bytes = Double(first.count)
    let count = Double(max(samples, 1))
    print(
        pad("\(samples)", 8), pad("\(first.count)", 9), pad(rounded(bytes / coldTime * 1000, 0), 8),
        pad(rounded(coldTime / count, 1), 8), pad(rounded(recordTime / count, 1), 8),
        pad(rounded(hotTime / count, 1), 8),
        pad(rounded(valueTime / count, 1), 8), matched ? "" : "MISMATCH", " ", name)
    if sum == 0.123 { print(sum) }
}

print(" samples     bytes cold MB/s ns cold/s +layout   hot    hot+number   ns a sample each")
var synthetic = SyntheticBody(count: 1000)
report("synthetic, 1,000 series", padded(synthetic.next()), .text)
var large = SyntheticBody(count: 100_000)
report("synthetic, 100,000 series", padded(large.next()), .text)
for path in CommandLine.arguments.dropFirst() {
    guard let bytes = readFile(path) else {
        print("cannot read \(path)")
        continue
    }
    let isOpenMetrics = bytes.suffix(6).elementsEqual("# EOF\n".utf8)
    report(
        path.split(separator: "/").last.map(String.init) ?? path, padded(bytes), isOpenMetrics ? .openMetrics : .text)
}
