/// A piece of a template: text between actions, or a word of an action.
struct Token: Sendable {
    var kind: Kind
    /// The byte it begins at.
    var at: Int
    /// Behind its last byte.
    var end: Int
    /// Whether white space stands before it: `.A.B` is one thing and `.A .B` are two.
    var isAfterSpace = false

    enum Kind: Sendable {
        case endOfTemplate
        /// Text outside of actions; what trim markers take away is gone.
        case text(String)
        /// `{{` and `}}`, with or without a trim marker.
        case open, close
        case keyword(Keyword)
        /// A word that must be the name of a function.
        case word(String)
        /// `.name`
        case field(String)
        /// `$name`, or `$` alone, without the dollar.
        case variable(String)
        /// `.` alone.
        case dot
        /// A text, a number, true or false.
        case literal(TemplateValue)
        /// The word `nil`.
        case nothing
        case pipe, comma
        /// `:=` and `=`
        case declare, assign
        case openParenthesis, closeParenthesis
    }

    /// Words that are no functions.
    enum Keyword: String, Sendable {
        case `if`, `else`, end, range, with, define, template, block, `break`, `continue`
    }

    func isKeyword(_ keyword: Keyword) -> Bool {
        if case .keyword(let found) = kind { found == keyword } else { false }
    }
}
