import Patterns

/// A template that has been read.
struct Program: Sendable {
    /// The text it was read from, for the places of mistakes.
    var source: String
    /// What is expanded.
    var main: Definition
    /// The templates that are defined within, by name.
    var definitions: [String: Definition]
    /// The variables it has from the beginning: slots, and the fields of the data they stand for.
    var given: [(slot: Int, field: String)]
    /// Regular expressions that are written out, compiled already.
    var patterns: [String: RegularExpression]
}

/// A template, or one that is defined in it.
struct Definition: Sendable {
    var body: [Node]
    /// How many variables there are. Each has a slot of its own; the first is `$`.
    var slots: Int
}

/// A part of a body.
enum Node: Sendable {
    case text(String)
    /// `{{ pipeline }}`: its value is shown, unless variables are set.
    case action(Pipeline)
    /// `if` and `with`
    case choice(Choice)
    /// `range`
    case loop(Loop)
    /// `template` and `block`
    case call(Call)
    /// `break` and `continue`
    case leave(isBreak: Bool)
}

/// `if … else if … else`, and the same with `with`, which sets the dot.
struct Choice: Sendable {
    var setsDot: Bool
    var branches: [(condition: Pipeline, body: [Node])]
    var otherwise: [Node]
}

/// `range … else`
struct Loop: Sendable {
    /// Its variables stand for the element, or for index and element.
    var pipeline: Pipeline
    var body: [Node]
    var otherwise: [Node]
}

/// `template "name" pipeline`
struct Call: Sendable {
    var name: String
    var argument: Pipeline?
    var at: Int
}

/// Commands, each given the value of the one before it as its last argument; the last value may be put into variables.
struct Pipeline: Sendable {
    /// The slots of the variables.
    var variables: [Int] = []
    var commands: [Command] = []
    var at: Int
}

/// An operand, or a function or method with its arguments.
struct Command: Sendable {
    var head: Word
    var arguments: [Word] = []
}

/// An operand with the fields behind it: `$x.A.B`.
struct Word: Sendable {
    var operand: Operand
    var fields: [(name: String, at: Int)] = []
    var at: Int

    indirect enum Operand: Sendable {
        case dot
        /// The word `nil`.
        case nothing
        case literal(TemplateValue)
        case variable(slot: Int, name: String)
        case function(Function)
        case pipeline(Pipeline)
    }

    /// Whether it is a plain value, which can be given nothing.
    var isValue: Bool {
        guard fields.isEmpty else { return false }
        switch operand {
        case .dot, .nothing, .literal: return true
        case .variable, .function, .pipeline: return false
        }
    }
}
