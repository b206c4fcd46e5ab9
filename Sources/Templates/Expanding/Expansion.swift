import Model
import Patterns

/// One expansion of a template.
struct Expansion {
    let program: Program
    let environment: TemplateEnvironment
    private(set) var output = LimitedText()
    /// The values of the variables of the template at hand; nil for one that has not been set.
    var variables: [TemplateValue?] = []
    /// Regular expressions that were made while expanding.
    var patterns: [String: RegularExpression] = [:]
    private var depth = 0
    private var steps = 0
    private var turns = 0
    private var queries = 0

    /// Where to go on behind a part of a body.
    private enum Flow { case onwards, nextTurn, behindLoop }

    init(_ program: Program, _ environment: TemplateEnvironment) {
        self.program = program
        self.environment = environment
    }

    /// What comes out of the whole template.
    mutating func expand(_ data: TemplateValue) throws(TemplateFault) -> String {
        begin(program.main, data)
        for (slot, field) in program.given {
            variables[slot] = try self.field(field, of: data, [], isGivenArguments: false)
        }
        _ = try walk(program.main.body, data)
        return output.text
    }

    private mutating func begin(_ definition: Definition, _ data: TemplateValue) {
        variables = Array(repeating: nil, count: definition.slots)
        variables[0] = data
    }

    // MARK: Limits

    /// Accounts for some steps of work.
    mutating func spend(_ count: Int) throws(TemplateFault) {
        // Nobody gives more at once than there are bytes in memory.
        steps += count
        if steps > TemplateLimits.steps { throw TemplateFault("it takes too long") }
    }

    /// Goes one level deeper.
    mutating func descend() throws(TemplateFault) {
        if depth == TemplateLimits.depth { throw TemplateFault("more than \(depth) parts stand in each other") }
        depth += 1
    }

    /// Comes back from where `descend` went.
    mutating func ascend() { depth -= 1 }

    /// Accounts for a query.
    mutating func countQuery() throws(TemplateFault) {
        queries += 1
        if queries > TemplateLimits.queries {
            throw TemplateFault("there are more than \(TemplateLimits.queries) queries")
        }
    }

    // MARK: Bodies

    private mutating func walk(_ body: [Node], _ dot: TemplateValue) throws(TemplateFault) -> Flow {
        try descend()
        defer { ascend() }
        for node in body {
            try spend(1)
            switch node {
            case .text(let text): try output.append(text)
            case .action(let pipeline): try act(pipeline, dot)
            case .choice(let choice):
                let flow = try walk(choice, dot)
                if flow != .onwards { return flow }
            case .loop(let loop):
                let flow = try walk(loop, dot)
                if flow != .onwards { return flow }
            case .call(let call): try walk(call, dot)
            case .leave(let isBreak): return isBreak ? .behindLoop : .nextTurn
            }
        }
        return .onwards
    }

    private mutating func act(_ pipeline: Pipeline, _ dot: TemplateValue) throws(TemplateFault) {
        let value = try evaluate(pipeline, dot)
        guard pipeline.variables.isEmpty else { return }
        do {
            if case .nothing = value { try output.append("<no value>") } else { try output.append(shown: value) }
        } catch {
            throw error.placed(at: pipeline.at)
        }
    }

    private mutating func walk(_ choice: Choice, _ dot: TemplateValue) throws(TemplateFault) -> Flow {
        for (condition, body) in choice.branches {
            let value = try evaluate(condition, dot)
            if value.isTrue { return try walk(body, choice.setsDot ? value : dot) }
        }
        return try walk(choice.otherwise, dot)
    }

    private mutating func walk(_ loop: Loop, _ dot: TemplateValue) throws(TemplateFault) -> Flow {
        let value = try evaluate(loop.pipeline, dot)
        let count: Int
        switch value {
        case .integer(let number), .duration(let number):
            if loop.pipeline.variables.count > 1 {
                throw TemplateFault("a loop over a number has one variable", at: loop.pipeline.at)
            }
            return try turns(loop, dot, count: Int(number)) { index in (.nothing, .integer(Int64(index))) }
        case .list(let elements):
            return try turns(loop, dot, count: elements.count) { index in (.integer(Int64(index)), elements[index]) }
        case .labels(let labels):
            return try turns(loop, dot, count: labels.pairs.count) { index in
                (.text(labels.pairs[index].name), .text(labels.pairs[index].value))
            }
        case .map(let members):
            try spend(members.count)
            let members = inOrder(members)
            return try turns(loop, dot, count: members.count) { index in
                (.text(members[index].name), members[index].value)
            }
        case .nothing: count = 0
        default: throw TemplateFault("there is no loop over \(value.kindInWords)", at: loop.pipeline.at)
        }
        return try turns(loop, dot, count: count) { _ in (.nothing, .nothing) }
    }

    /// Goes through a loop so many times, if at all.
    private mutating func turns(
        _ loop: Loop, _ dot: TemplateValue, count: Int, _ element: (Int) -> (TemplateValue, TemplateValue)
    ) throws(TemplateFault) -> Flow {
        if count <= 0 { return try walk(loop.otherwise, dot) }
        for index in 0..<count {
            turns += 1
            if turns > TemplateLimits.turns {
                throw TemplateFault("loops turn more than \(TemplateLimits.turns) times", at: loop.pipeline.at)
            }
            let (key, value) = element(index)
            if let last = loop.pipeline.variables.last { variables[last] = value }
            if loop.pipeline.variables.count > 1, let first = loop.pipeline.variables.first { variables[first] = key }
            if try walk(loop.body, value) == .behindLoop { break }
        }
        return .onwards
    }

    // MARK: Templates within

    private mutating func walk(_ call: Call, _ dot: TemplateValue) throws(TemplateFault) {
        let data: TemplateValue = if let argument = call.argument { try evaluate(argument, dot) } else { .nothing }
        do {
            try run(call.name, data)
        } catch {
            throw error.placed(at: call.at)
        }
    }

    private mutating func run(_ name: String, _ data: TemplateValue) throws(TemplateFault) {
        guard let definition = program.definitions[name] else {
            throw TemplateFault("there is no template \(quoted(name))")
        }
        try spend(definition.slots)
        let outer = variables
        begin(definition, data)
        _ = try walk(definition.body, data)
        variables = outer
    }

    /// What comes out of a template that is defined within, for `tmpl`.
    mutating func textOf(template name: String, _ data: TemplateValue) throws(TemplateFault) -> String {
        let outer = output
        output = LimitedText()
        try run(name, data)
        let text = output.text
        output = outer
        return text
    }
}
