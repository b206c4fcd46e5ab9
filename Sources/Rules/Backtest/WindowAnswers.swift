import Model
import PromQL

/// The answers to a query at the times of a window, ready to be taken time by time. They are asked for all at once; where that fails,
/// for fewer at a time, until it is known which times cannot be answered.
struct WindowAnswers {
    /// Answers at some of the times, one after the other.
    fileprivate struct Piece {
        /// The place of its first time in the window.
        var first: Int
        var labels: [Labels]
        /// Where the values of each time begin, and behind the last one where they end.
        var starts: [Int]
        /// The values, time after time, each with the place of its series.
        var series: [Int32]
        var values: [Double]
    }

    private var pieces: [Piece] = []
    /// The piece of the time that was taken last: they are taken in order.
    private var at = 0

    /// How many values there are.
    private(set) var count = 0

    /// Asks for the answers at these times.
    init(_ query: ParsedQuery, at times: Steps, _ engine: QueryEngine, sampleLimit: Int) {
        switch query.expression.type {
        case .vector, .scalar: ask(query, times, 0..<times.count, engine, sampleLimit)
        // There is none at any time.
        case .string, .matrix: break
        }
    }

    private mutating func ask(
        _ query: ParsedQuery, _ times: Steps, _ range: Range<Int>, _ engine: QueryEngine, _ sampleLimit: Int
    ) {
        if range.isEmpty { return }
        do throws(QueryError) {
            let result = try engine.range(
                query, from: times.time(range.lowerBound), to: times.time(range.upperBound - 1), step: times.interval,
                control: QueryControl(timeout: .max, sampleLimit: sampleLimit))
            guard case .matrix(let series) = result.value else { return }
            pieces.append(Piece(series, times, range))
            count += pieces.last?.values.count ?? 0
        } catch {
            // What is wrong with one time is said when that is asked for by itself.
            if range.count == 1 { return }
            let middle = range.lowerBound + range.count / 2
            ask(query, times, range.lowerBound..<middle, engine, sampleLimit)
            ask(query, times, middle..<range.upperBound, engine, sampleLimit)
        }
    }

    /// The series that have a value at a time, and their values; nil where the query has to be asked by itself. Times come in their
    /// order.
    mutating func answer(at step: Int) -> [VectorElement]? {
        while at < pieces.count, pieces[at].first + pieces[at].starts.count - 1 <= step { at += 1 }
        guard at < pieces.count, step >= pieces[at].first else { return nil }
        let piece = pieces[at]
        let place = step - piece.first
        return (piece.starts[place]..<piece.starts[place + 1]).map {
            VectorElement(labels: piece.labels[Int(piece.series[$0])], value: piece.values[$0])
        }
    }
}

extension WindowAnswers.Piece {
    /// Turns series over times into times with series.
    fileprivate init(_ found: [SeriesPoints], _ times: Steps, _ range: Range<Int>) {
        first = range.lowerBound
        labels = found.map(\.labels)
        let begin = times.time(range.lowerBound)
        var starts = Array(repeating: 0, count: range.count + 1)
        for one in found { one.forEach { time, _ in starts[Int((time - begin) / times.interval) + 1] += 1 } }
        for place in starts.indices.dropFirst() { starts[place] += starts[place - 1] }
        self.starts = starts
        series = Array(repeating: 0, count: starts.last ?? 0)
        values = Array(repeating: 0, count: starts.last ?? 0)
        for (number, one) in found.enumerated() {
            one.forEach { time, value in
                let step = Int((time - begin) / times.interval)
                series[starts[step]] = Int32(truncatingIfNeeded: number)
                values[starts[step]] = value
                starts[step] += 1
            }
        }
    }
}
