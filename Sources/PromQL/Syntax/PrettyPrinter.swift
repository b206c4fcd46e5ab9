import Model

// Queries on many lines where they are too long for one, broken and indented as Prometheus does it.

/// What is longer than this is broken up.
private let longestLine = 100

extension Expression {
    /// The expression in Prometheus's form, on as many lines as it needs.
    public var formatted: String {
        var printer = PrettyPrinter()
        printer.print(self, level: 0)
        return printer.text
    }
}

/// Prints an expression part by part, each at a level of indentation.
private struct PrettyPrinter {
    private(set) var text = ""

    mutating func print(_ expression: Expression, level: Int) {
        indent(expression.leadingIndentation(at: level))
        printIndented(expression, level: level)
    }

    /// Prints an expression for which the indentation is there already.
    private mutating func printIndented(_ expression: Expression, level: Int) {
        if expression.fitsOnLine {
            text += expression.description
            return
        }
        switch expression {
        case .number, .string, .selector, .rangeSelector: text += expression.description
        case .sign(let node):
            text += node.isMinus ? "-" : "+"
            printIndented(node.inner, level: level)
        case .subquery(let node):
            printIndented(node.inner, level: level)
            text += node.suffix
        case .parenthesis(let node): printLines("(", [node.inner], level)
        case .call(let node): printLines("\(node.function.name)(", node.arguments, level)
        case .aggregation(let node):
            printLines("\(node.operatorText)(", (node.parameter.map { [$0] } ?? []) + [node.inner], level)
        case .binary(let node):
            printIndented(node.left, level: level + 1)
            text += "\n"
            indent(level)
            text += node.operatorText + "\n"
            print(node.right, level: level + 1)
        }
    }

    private mutating func printLines(_ opening: String, _ parts: [Expression], _ level: Int) {
        text += opening
        for (index, part) in parts.enumerated() {
            text += index > 0 ? ",\n" : "\n"
            print(part, level: level + 1)
        }
        text += "\n"
        indent(level)
        text += ")"
    }

    private mutating func indent(_ level: Int) { text += String(repeating: "  ", count: level) }
}

extension Expression {
    /// By how many steps its first line is indented at a level.
    fileprivate func leadingIndentation(at level: Int) -> Int {
        switch self {
        // The operands of what is broken up are a level deeper.
        case .binary(let node) where !fitsOnLine: node.left.leadingIndentation(at: level + 1)
        // Prometheus does not indent a subquery that fits.
        case .subquery(let node): fitsOnLine ? 0 : node.inner.leadingIndentation(at: level)
        default: level
        }
    }

    /// Whether it is short enough for a line. Long ones are found out without being printed: in a query with many levels each
    /// of them would print all that are below it.
    fileprivate var fitsOnLine: Bool {
        var room = longestLine
        take(&room)
        return room >= 0 && description.utf8.count <= longestLine
    }

    /// Takes away from `room` what it needs at the least; less than nothing is left when there is not enough.
    private func take(_ room: inout Int) {
        if room < 0 { return }
        switch self {
        case .number: room -= 1
        case .string(let node): room -= node.value.utf8.count + 2
        case .selector(let node): node.take(&room)
        case .rangeSelector(let node): node.selector.take(&room)
        case .subquery(let node): node.inner.take(&room)
        case .call(let node):
            room -= 2
            for argument in node.arguments where room >= 0 { argument.take(&room) }
        case .aggregation(let node):
            room -= 2
            for label in node.grouping where room >= 0 { room -= label.utf8.count }
            node.inner.take(&room)
        case .binary(let node):
            room -= 1
            node.left.take(&room)
            node.right.take(&room)
        case .sign(let node):
            room -= 1
            node.inner.take(&room)
        case .parenthesis(let node):
            room -= 2
            node.inner.take(&room)
        }
    }
}

extension InstantSelector {
    fileprivate func take(_ room: inout Int) {
        room -= name.utf8.count
        // The last one is the name before the braces.
        for matcher in name.isEmpty ? matchers[...] : matchers.dropLast() where room >= 0 {
            room -= matcher.value.utf8.count
        }
    }
}
