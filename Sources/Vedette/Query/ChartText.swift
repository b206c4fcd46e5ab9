import Glibc
import Model

/// Lines over time, drawn with the dots of Braille characters: two by four to a character.
struct ChartText {
    /// A line of the chart.
    struct Line {
        var name: String
        /// In the order of time, in Unix milliseconds; where values are missing the line has a gap.
        var points: [(time: Int64, value: Double)]
    }

    private let lines: [Line]
    private let start: Int64
    private let end: Int64
    private let width: Int
    private let height: Int
    private let hasColours: Bool

    /// A chart of so many characters, axes and all.
    init(_ lines: [Line], from start: Int64, to end: Int64, width: Int, height: Int, hasColours: Bool) {
        self.lines = lines
        self.start = start
        self.end = max(end, start &+ 1)
        self.width = max(20, width)
        self.height = max(4, height)
        self.hasColours = hasColours
    }

    /// The chart with its axes, and the names of the lines below it.
    var text: String {
        let (low, high) = bounds
        let labels: [String] = (0..<height).map { row in
            let isMarked = row == 0 || row == height - 1 || (height > 8 && row == height / 2)
            return isMarked ? shortNumber(between(high, low, Double(row) / Double(height - 1))) : ""
        }
        let margin = labels.reduce(0) { max($0, $1.count) }
        let columns = max(10, width - margin - 2)
        let grid = drawn(columns, low, high)
        var text = ""
        for row in 0..<height {
            let padding = String(repeating: " ", count: margin - labels[row].count)
            text += "\(padding)\(labels[row]) \(labels[row].isEmpty ? "│" : "┤")\(grid.row(row, hasColours))\n"
        }
        text += String(repeating: " ", count: margin + 1) + "└" + String(repeating: "─", count: columns) + "\n"
        let (first, last) = (clockTime(start), clockTime(end))
        let gap = String(repeating: " ", count: max(1, columns + 1 - first.count - last.count))
        text += String(repeating: " ", count: margin + 1) + first + gap + last + "\n"
        return text + legend
    }

    private var legend: String {
        lines.enumerated().map { index, line in
            let last = line.points.last.map { readable($0.value) } ?? "–"
            let mark = hasColours ? "\u{1b}[\(Self.colour(index))m━\u{1b}[0m" : "━"
            return "\(mark) \(oneLine(line.name))  \(last)\n"
        }.joined()
    }

    // MARK: Drawing

    private var finite: [Double] { lines.flatMap { $0.points.map(\.value) }.filter(\.isFinite) }

    /// What the axis spans: all finite values; a little more where they are all the same.
    private var bounds: (Double, Double) {
        guard let low = finite.min(), let high = finite.max() else { return (0, 1) }
        if low < high { return (low, high) }
        let margin = low == 0 ? 1 : low.magnitude / 10
        return (low - margin, high + margin)
    }

    private func drawn(_ columns: Int, _ low: Double, _ high: Double) -> DotGrid {
        var grid = DotGrid(columns: columns, rows: height)
        // Between points further apart than usual nothing is known, and nothing is drawn.
        let longest = 2.5 * Double(usualDistance)
        for (index, line) in lines.enumerated() {
            var before: (x: Int, y: Int, time: Int64)?
            for point in line.points {
                guard point.value.isFinite else {
                    before = nil
                    continue
                }
                let across = Double(point.time - start) / Double(end - start)
                let down = share(of: point.value, from: high, to: low)
                guard (0...1).contains(across), (0...1).contains(down) else { continue }
                let x = Int((across * Double(2 * columns - 1)).rounded())
                let y = Int((down * Double(4 * height - 1)).rounded())
                if let last = before, Double(point.time - last.time) <= longest {
                    grid.line(from: (last.x, last.y), to: (x, y), Self.colour(index))
                } else {
                    grid.set(x, y, Self.colour(index))
                }
                before = (x, y, point.time)
            }
        }
        return grid
    }

    private var usualDistance: Int64 {
        let distances = lines.flatMap { line in zip(line.points, line.points.dropFirst()).map { $1.time - $0.time } }
        return distances.isEmpty ? 0 : distances.sorted()[distances.count / 2]
    }

    private static func colour(_ index: Int) -> Int { [36, 33, 32, 35, 34, 31, 96, 93, 92, 95, 94, 91][index % 12] }

    private func clockTime(_ time: Int64) -> String {
        let text = formatTimestamp(time)
        return end - start < 86_400_000
            ? String(text.dropFirst(11).prefix(8)) : "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))"
    }
}

/// The number at a share of the way. The way itself may be longer than the largest number.
private func between(_ from: Double, _ to: Double, _ share: Double) -> Double {
    to - from == .infinity || to - from == -.infinity ? from * (1 - share) + to * share : from + (to - from) * share
}

/// Which share of the way a number stands at.
private func share(of value: Double, from: Double, to: Double) -> Double {
    (value / 2 - from / 2) / (to / 2 - from / 2)
}

/// Dots, two by four to a character.
private struct DotGrid {
    private let columns: Int
    private var dots: [UInt8]
    private var colours: [Int]

    init(columns: Int, rows: Int) {
        self.columns = columns
        dots = Array(repeating: 0, count: columns * rows)
        colours = Array(repeating: 0, count: columns * rows)
    }

    mutating func set(_ x: Int, _ y: Int, _ colour: Int) {
        let place = y / 4 * columns + x / 2
        guard x >= 0, y >= 0, x / 2 < columns, dots.indices.contains(place) else { return }
        // The order in which Unicode numbers the dots.
        let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
        dots[place] |= bits[y % 4][x % 2]
        colours[place] = colour
    }

    mutating func line(from a: (x: Int, y: Int), to b: (x: Int, y: Int), _ colour: Int) {
        let steps = max(abs(b.x - a.x), abs(b.y - a.y), 1)
        for step in 0...steps {
            let share = Double(step) / Double(steps)
            set(
                a.x + Int((Double(b.x - a.x) * share).rounded()), a.y + Int((Double(b.y - a.y) * share).rounded()),
                colour)
        }
    }

    func row(_ row: Int, _ hasColours: Bool) -> String {
        var text = ""
        for place in row * columns..<(row + 1) * columns {
            let character =
                dots[place] == 0
                ? " " : Unicode.Scalar(0x2800 + UInt32(dots[place])).map { String(Character($0)) } ?? " "
            text += hasColours && dots[place] != 0 ? "\u{1b}[\(colours[place])m\(character)\u{1b}[0m" : character
        }
        while text.last == " " { text.removeLast() }
        return text
    }
}

/// A number in few characters: 1.5k, 20M, 0.003, 1.43e+307.
private func shortNumber(_ value: Double) -> String {
    if value.magnitude >= 1e21, value.isFinite {
        let exponent = log10(value.magnitude).rounded(.down)
        return formatExpositionValue((value / pow(10, exponent) * 100).rounded() / 100) + "e+\(Int(exponent))"
    }
    let units = ["", "k", "M", "G", "T", "P", "E"]
    var scaled = value
    var unit = 0
    while scaled.magnitude >= 10_000 || (unit > 0 && scaled.magnitude >= 1000), unit + 1 < units.count {
        scaled /= 1000
        unit += 1
    }
    // Three digits that mean something.
    var factor = 1.0
    while scaled != 0, scaled.magnitude * factor < 100, factor < 1e12 { factor *= 10 }
    return formatExpositionValue((scaled * factor).rounded() / factor) + units[unit]
}
