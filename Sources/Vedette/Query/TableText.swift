/// Rows of text in columns, as wide as what stands in them.
struct TableText {
    /// Where a column's text stands.
    enum Alignment {
        case left
        case right
    }

    private let headings: [String]
    private let alignments: [Alignment]
    private var rows: [[String]] = []

    /// A table of these columns.
    init(_ columns: [(heading: String, alignment: Alignment)]) {
        headings = columns.map(\.heading)
        alignments = columns.map(\.alignment)
    }

    /// Adds a row, a text for each column.
    mutating func add(_ row: [String]) { rows.append(row.map(oneLine)) }

    /// The table, a line a row, without blanks at the ends of lines.
    var text: String {
        let all = [headings] + rows
        let widths = headings.indices.map { column in all.map { width(of: $0, column) }.max() ?? 0 }
        return all.map { row in
            var line = ""
            for column in headings.indices {
                let cell = row.indices.contains(column) ? row[column] : ""
                let padding = String(repeating: " ", count: max(0, widths[column] - cell.count))
                line += (column > 0 ? "  " : "") + (alignments[column] == .right ? padding + cell : cell + padding)
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    private func width(of row: [String], _ column: Int) -> Int { row.indices.contains(column) ? row[column].count : 0 }
}
