import Model
import PromQL
import Testing

@testable import Vedette

@Suite("The answer to a query, as people read it")
struct AnswerTextTests {
    private func vector(_ elements: [(Labels, Double)]) -> QueryValue {
        .vector(elements.map { VectorElement(labels: $0.0, value: $0.1) }, at: 0)
    }

    @Test("is a table, with what all series share above it")
    func table() {
        let text = AnswerText().table(
            vector([
                (["__name__": "up", "job": "node", "instance": "a:1"], 1),
                (["__name__": "up", "job": "node", "instance": "longer:1", "zone": "x\ny"], 0.25),
            ]))
        #expect(
            text == """
                up{job="node"}
                instance  zone  value
                a:1                 1
                longer:1  x\\ny   0.25

                """)
        #expect(AnswerText().table(vector([])) == "no series\n")
        #expect(AnswerText().table(.scalar(.infinity, at: 0)) == "+Inf\n")
        #expect(AnswerText().table(.string("a b", at: 0)) == "a b\n")
        let series = SeriesPoints(labels: ["__name__": "a"], timestamps: [0, 1500], values: [1, .nan])
        #expect(
            AnswerText().table(.matrix([series])) == """
                a
                time                      value
                1970-01-01T00:00:00.000Z      1
                1970-01-01T00:00:01.500Z    NaN

                """)
    }

    @Test("is a chart of a range")
    func chart() {
        let rising = SeriesPoints(
            labels: ["x": "1"], timestamps: (0..<21).map { $0 * 60_000 }, values: (0..<21).map { Double($0) })
        let text = ChartText(
            [.init(name: "rising", points: points(rising))], from: 0, to: 1_200_000, width: 26, height: 5,
            hasColours: false
        ).text
        #expect(
            text == """
                20 ┤                  ⣀⠤⠒⠉
                   │             ⢀⡠⠔⠊⠉
                   │        ⣀⠤⠤⠔⠊⠁
                   │    ⣀⠤⠒⠉
                 0 ┤⡠⠔⠊⠉
                   └──────────────────────
                   00:00:00       00:20:00
                ━ rising  20

                """, "\(text)")
    }

    @Test("writes numbers without an exponent as long as they are not very long")
    func numbers() {
        let expected: [(Double, String)] = [
            (8_250_000, "8250000"), (41_214_757_500, "41214757500"), (0x1p53, "9007199254740992"), (0, "0"),
            (1e20, "1e+20"),
            (0.000_25, "0.00025"), (1e-9, "1e-09"), (-.infinity, "-Inf"), (.nan, "NaN"),
        ]
        for (number, text) in expected { #expect(AnswerText().table(.scalar(number, at: 0)) == text + "\n") }
    }

    @Test("is a chart whatever the values are")
    func odd() {
        let values: [[Double]] = [
            [], [1], [.nan, .infinity, -.infinity], [5, 5, 5], [0, 0], [1e308, -1e308], [1, .nan, 3],
        ]
        for column in values {
            let series = SeriesPoints(labels: [:], timestamps: column.indices.map { Int64($0) * 1000 }, values: column)
            let text = AnswerText(width: 30).chart([series], from: 0, to: 2000)
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 30 }, "\(text)")
            #expect(!text.split(separator: "┤").dropLast().contains { $0.hasSuffix("NaN ") }, "\(text)")
        }
        let many = (0..<30).map { index in
            SeriesPoints(labels: ["n": String(index)], timestamps: [0, 1000], values: [0, Double(index)])
        }
        let text = AnswerText(width: 60).chart(many, from: 0, to: 1000)
        #expect(text.contains("n=\"29\"") && !text.contains("n=\"3\"") && text.contains("the 12 of 30 series"))
    }

    private func points(_ series: SeriesPoints) -> [(time: Int64, value: Double)] {
        var points: [(time: Int64, value: Double)] = []
        series.forEach { points.append((time: $0, value: $1)) }
        return points
    }
}
