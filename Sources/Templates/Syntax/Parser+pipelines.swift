import Model
import Patterns

extension Parser {
    /// Where a pipeline stands.
    enum PipelinePlace {
        case action
        case block(Token.Keyword)
        case parentheses

        var isRange: Bool { if case .block(.range) = self { true } else { false } }

        /// In a sentence.
        var name: String {
            switch self {
            case .action: "action"
            case .block(let keyword): "{{\(keyword.rawValue)}}"
            case .parentheses: "parentheses"
            }
        }
    }

    /// `$x := command | command`, up to the closing braces or parenthesis.
    mutating func pipeline(in place: PipelinePlace) throws(TemplateFault) -> Pipeline {
        var pipeline = Pipeline(at: token.at)
        let (names, declares) = try targets(in: place)
        while true {
            let command = try self.command(in: place)
            if !pipeline.commands.isEmpty, command.head.isValue {
                throw TemplateFault("a plain value cannot be given another one by |", at: command.head.at)
            }
            try check(command, isGiven: !pipeline.commands.isEmpty)
            pipeline.commands.append(command)
            guard case .pipe = token.kind else { break }
            try advance()
        }
        // Only now: `$x := $x` takes the one that was there before.
        for name in names {
            pipeline.variables.append(
                declares ? try declare(name.text, at: name.at) : try slot(of: name.text, at: name.at))
        }
        return pipeline
    }

    /// The variables that are set, and whether they are new ones.
    private mutating func targets(
        in place: PipelinePlace
    ) throws(TemplateFault) -> (names: [(text: String, at: Int)], declares: Bool) {
        var names: [(text: String, at: Int)] = []
        while case .variable(let name) = token.kind {
            switch following.kind {
            case .declare, .assign:
                names.append((name, token.at))
                try advance()
                let declares = if case .declare = token.kind { true } else { false }
                try advance()
                return (names, declares)
            case .comma where place.isRange && names.isEmpty:
                names.append((name, token.at))
                try advance()
                try advance()
            default:
                if names.isEmpty { return ([], false) }
                throw TemplateFault(":= or = must follow the second variable", at: following.at)
            }
        }
        if let first = names.first { throw TemplateFault("a variable must follow $\(first.text),", at: token.at) }
        return ([], false)
    }

    private mutating func command(in place: PipelinePlace) throws(TemplateFault) -> Command {
        guard let head = try word() else {
            switch token.kind {
            case .close, .closeParenthesis, .pipe, .endOfTemplate:
                throw TemplateFault("a value is missing in \(place.name)", at: token.at)
            default: throw unexpected("in \(place.name)")
            }
        }
        var command = Command(head: head)
        while true {
            switch token.kind {
            case .pipe, .close, .closeParenthesis: return command
            default:
                guard token.isAfterSpace, let argument = try word() else { throw unexpected("in \(place.name)") }
                command.arguments.append(argument)
            }
        }
    }

    /// An operand with its fields; nil when none begins here.
    private mutating func word() throws(TemplateFault) -> Word? {
        var word = Word(operand: .dot, at: token.at)
        if case .field(let name) = token.kind {
            word.fields.append((name, token.at))
            try advance()
        } else {
            guard let operand = try operand() else { return nil }
            word.operand = operand
        }
        while case .field(let name) = token.kind, !token.isAfterSpace {
            switch word.operand {
            case .literal, .nothing: throw unexpected("behind a plain value")
            default: break
            }
            word.fields.append((name, token.at))
            try advance()
        }
        return word
    }

    private mutating func operand() throws(TemplateFault) -> Word.Operand? {
        let operand: Word.Operand
        switch token.kind {
        case .dot: operand = .dot
        case .nothing: operand = .nothing
        case .literal(let value): operand = .literal(value)
        case .variable(let name): operand = .variable(slot: try slot(of: name, at: token.at), name: name)
        case .word(let name):
            guard let function = Function.named(name) else {
                throw TemplateFault("there is no function \(name)", at: token.at)
            }
            operand = .function(function)
        case .openParenthesis:
            try descend()
            defer { ascend() }
            try advance()
            let inner = try pipeline(in: .parentheses)
            guard case .closeParenthesis = token.kind else { throw unexpected("in parentheses") }
            operand = .pipeline(inner)
        default: return nil
        }
        try advance()
        return operand
    }

    /// Looks whether a function gets as many arguments as it takes, and compiles a regular expression that is written out.
    private mutating func check(_ command: Command, isGiven: Bool) throws(TemplateFault) {
        for argument in command.arguments where argument.fields.isEmpty {
            if case .function(let function) = argument.operand { try function.checkCount(0, at: argument.at) }
        }
        guard case .function(let function) = command.head.operand else { return }
        let count = command.head.fields.isEmpty ? command.arguments.count + (isGiven ? 1 : 0) : 0
        try function.checkCount(count, at: command.head.at)
        if function.takesPattern, let first = command.arguments.first, first.fields.isEmpty,
            case .literal(.text(let pattern)) = first.operand
        {
            do {
                patterns[pattern] = try RegularExpression(pattern, dotMatchesNewline: false)
            } catch {
                throw TemplateFault(reason(of: error), at: first.at)
            }
        }
    }
}
