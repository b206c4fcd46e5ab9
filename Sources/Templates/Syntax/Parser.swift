import Model
import Patterns

/// Reads templates: bodies and blocks here, what stands within braces in `Parser+pipelines`.
struct Parser {
    private var lexer: Lexer
    /// The token at hand, and the one behind it.
    private(set) var token: Token
    private(set) var following: Token
    private var definitions: [String: Definition] = [:]
    private var calls: [Call] = []
    var patterns: [String: RegularExpression] = [:]
    /// The variables that are known here, the innermost last.
    private(set) var variables: [(name: String, slot: Int)] = [("", 0)]
    private var slots = 1
    private var nesting = 0
    private var loops = 0

    /// Reads a template.
    static func program(of text: String, variables: [TemplateVariable]) throws(TemplateFault) -> Program {
        if text.utf8.count > TemplateLimits.source {
            throw TemplateFault("it is longer than \(TemplateLimits.source) bytes")
        }
        var parser = try Parser(text)
        var given: [(slot: Int, field: String)] = []
        for variable in variables { given.append((try parser.declare(variable.name, at: 0), variable.field)) }
        let (body, ending) = try parser.body(isOutermost: true)
        guard case .endOfTemplate = ending else { throw parser.unopened(ending) }
        for call in parser.calls where parser.definitions[call.name] == nil {
            throw TemplateFault("there is no template \(quoted(call.name))", at: call.at)
        }
        return Program(
            source: text, main: Definition(body: body, slots: parser.slots), definitions: parser.definitions,
            given: given, patterns: parser.patterns)
    }

    private init(_ text: String) throws(TemplateFault) {
        lexer = Lexer(text)
        token = try lexer.next()
        following = token
        if !isAtEnd { following = try lexer.next() }
    }

    // MARK: Tokens

    private var isAtEnd: Bool { if case .endOfTemplate = token.kind { true } else { false } }

    /// Goes on to the next token.
    mutating func advance() throws(TemplateFault) {
        token = following
        if case .endOfTemplate = following.kind { return }
        following = try lexer.next()
    }

    /// Goes over the closing braces.
    private mutating func close(_ context: String) throws(TemplateFault) {
        guard case .close = token.kind else { throw unexpected("in \(context)") }
        try advance()
    }

    /// Goes one level deeper.
    mutating func descend() throws(TemplateFault) {
        if nesting == TemplateLimits.nesting {
            throw TemplateFault("blocks and parentheses stand more than \(nesting) deep in each other", at: token.at)
        }
        nesting += 1
    }

    /// Comes back from where `descend` went.
    mutating func ascend() { nesting -= 1 }

    // MARK: Variables

    /// Makes a variable known from here on.
    mutating func declare(_ name: String, at place: Int) throws(TemplateFault) -> Int {
        if slots == TemplateLimits.variables {
            throw TemplateFault("there are more than \(TemplateLimits.variables) variables", at: place)
        }
        variables.append((name, slots))
        slots += 1
        return slots - 1
    }

    /// The slot of a variable.
    func slot(of name: String, at place: Int) throws(TemplateFault) -> Int {
        guard let known = variables.last(where: { sameBytes($0.name, name) }) else {
            throw TemplateFault("there is no variable $\(name) here", at: place)
        }
        return known.slot
    }

    private mutating func forget(downTo known: Int) { variables.removeLast(max(0, variables.count - known)) }

    // MARK: Bodies

    /// What a body ended with.
    private enum Ending {
        case endOfTemplate
        case end(at: Int)
        /// Whatever stands behind the word is still to be read.
        case otherwise(at: Int)
    }

    /// Reads up to `end`, `else`, or the end of the template. Variables that are declared in a body end with it.
    private mutating func body(isOutermost: Bool = false) throws(TemplateFault) -> ([Node], Ending) {
        let known = variables.count
        defer { forget(downTo: known) }
        var nodes: [Node] = []
        while true {
            let start = token.at
            switch token.kind {
            case .text(let text):
                nodes.append(.text(text))
                try advance()
            case .open:
                try advance()
                guard case .keyword(let keyword) = token.kind else {
                    nodes.append(.action(try pipeline(in: .action)))
                    try close("action")
                    continue
                }
                try advance()
                switch keyword {
                case .end:
                    try close("{{end}}")
                    return (nodes, .end(at: start))
                case .else: return (nodes, .otherwise(at: start))
                case .define:
                    if !isOutermost { throw TemplateFault("{{define}} must not stand in a block", at: start) }
                    try definition(at: start)
                default: nodes.append(try node(keyword, at: start))
                }
            default: return (nodes, .endOfTemplate)
            }
        }
    }

    private mutating func node(_ keyword: Token.Keyword, at start: Int) throws(TemplateFault) -> Node {
        try descend()
        defer { ascend() }
        switch keyword {
        case .if, .with: return .choice(try choice(keyword, at: start))
        case .range: return .loop(try loop(at: start))
        case .template: return .call(try call(at: start))
        case .block: return .call(try block(at: start))
        default:
            if loops == 0 { throw TemplateFault("{{\(keyword.rawValue)}} stands in no {{range}}", at: start) }
            try close("{{\(keyword.rawValue)}}")
            return .leave(isBreak: keyword == .break)
        }
    }

    private mutating func choice(_ keyword: Token.Keyword, at start: Int) throws(TemplateFault) -> Choice {
        let known = variables.count
        defer { forget(downTo: known) }
        var choice = Choice(setsDot: keyword == .with, branches: [], otherwise: [])
        while true {
            let condition = try pipeline(in: .block(keyword))
            try close("{{\(keyword.rawValue)}}")
            let (body, ending) = try body()
            choice.branches.append((condition, body))
            guard try goesOn(after: ending, keyword, at: start) else { return choice }
            guard token.isKeyword(keyword) else { break }
            try advance()
        }
        choice.otherwise = try lastBody(keyword, at: start)
        return choice
    }

    private mutating func loop(at start: Int) throws(TemplateFault) -> Loop {
        let known = variables.count
        defer { forget(downTo: known) }
        var loop = Loop(pipeline: try pipeline(in: .block(.range)), body: [], otherwise: [])
        try close("{{range}}")
        loops += 1
        let (body, ending) = try body()
        loops -= 1
        loop.body = body
        if try goesOn(after: ending, .range, at: start) { loop.otherwise = try lastBody(.range, at: start) }
        return loop
    }

    /// Whether `else` ended the body of a block, and not `end`.
    private func goesOn(
        after ending: Ending, _ keyword: Token.Keyword, at start: Int
    ) throws(TemplateFault) -> Bool {
        switch ending {
        case .end: return false
        case .otherwise: return true
        case .endOfTemplate: throw TemplateFault("the {{\(keyword.rawValue)}} has no {{end}}", at: start)
        }
    }

    /// What stands between `else` and `end`.
    private mutating func lastBody(_ keyword: Token.Keyword, at start: Int) throws(TemplateFault) -> [Node] {
        try close("{{else}}")
        let (body, ending) = try body()
        if case .otherwise(let place) = ending { throw TemplateFault("a second {{else}}", at: place) }
        _ = try goesOn(after: ending, keyword, at: start)
        return body
    }

    // MARK: Templates within

    private mutating func call(at start: Int) throws(TemplateFault) -> Call {
        var call = Call(name: try templateName("{{template}}"), argument: nil, at: start)
        if case .close = token.kind {} else { call.argument = try pipeline(in: .block(.template)) }
        try close("{{template}}")
        calls.append(call)
        return call
    }

    private mutating func block(at start: Int) throws(TemplateFault) -> Call {
        let name = try templateName("{{block}}")
        let argument = try pipeline(in: .block(.block))
        try close("{{block}}")
        try define(name, "block", at: start)
        return Call(name: name, argument: argument, at: start)
    }

    private mutating func definition(at start: Int) throws(TemplateFault) {
        let name = try templateName("{{define}}")
        try close("{{define}}")
        try define(name, "define", at: start)
    }

    private mutating func templateName(_ context: String) throws(TemplateFault) -> String {
        guard case .literal(.text(let name)) = token.kind else {
            throw TemplateFault("a name in quotes must follow in \(context)", at: token.at)
        }
        try advance()
        return name
    }

    /// Reads the body of a template, which knows no variables but its own.
    private mutating func define(_ name: String, _ word: String, at start: Int) throws(TemplateFault) {
        let outer = (variables, slots, loops)
        defer { (variables, slots, loops) = outer }
        (variables, slots, loops) = ([("", 0)], 1, 0)
        let (body, ending) = try body()
        let definition = Definition(body: body, slots: slots)
        switch ending {
        case .endOfTemplate: throw TemplateFault("the {{\(word)}} has no {{end}}", at: start)
        case .otherwise: throw unopened(ending)
        case .end: break
        }
        // One that has nothing in it is a placeholder for another of its name.
        guard let existing = definitions[name], !existing.isBlank else {
            definitions[name] = definition
            return
        }
        if !definition.isBlank { throw TemplateFault("a second template \(quoted(name))", at: start) }
    }

    // MARK: Mistakes

    private func unopened(_ ending: Ending) -> TemplateFault {
        switch ending {
        case .otherwise(let place): TemplateFault("{{else}} belongs to no block", at: place)
        case .end(let place): TemplateFault("{{end}} belongs to no block", at: place)
        case .endOfTemplate: TemplateFault("the template ends too early", at: token.at)
        }
    }

    /// That the token at hand does not fit.
    func unexpected(_ context: String) -> TemplateFault {
        if case .close = token.kind { return TemplateFault("unexpected }} \(context)", at: token.at) }
        let word = lexer.written(token)
        return TemplateFault("unexpected \(word) \(context)", at: token.at)
    }
}

extension Definition {
    /// Whether nothing but white space is in it.
    fileprivate var isBlank: Bool {
        body.allSatisfy { node in
            if case .text(let text) = node { text.utf8.allSatisfy { $0 <= 0x20 } } else { false }
        }
    }
}
