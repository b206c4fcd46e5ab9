/// What a template may expect of its data, as far as that is known beforehand: the names of records, and what stands behind them.
public indirect enum TemplateShape: Sendable {
    /// A record with these members and no others.
    case record([String: TemplateShape])
    /// A list of such elements.
    case list(TemplateShape)
    /// Nothing is known of it.
    case any

    /// The members that a record has in truth, with nothing known behind them.
    public static func record(of value: TemplateValue) -> TemplateShape {
        guard case .record(let members) = value else { return .any }
        return .record(members.mapValues { _ in .any })
    }
}

extension Program {
    /// Looks for members that are asked for and that there are not: what fails each time is better said when a template is read.
    /// Where nothing is known beforehand nothing is said.
    func check(against shape: TemplateShape) throws(TemplateFault) {
        let check = ShapeCheck(root: shape)
        try check.body(main.body, dot: shape)
    }
}

private struct ShapeCheck {
    /// The slot of `$`.
    private static let rootSlot = 0
    /// What lists of alerts offer, which are lists of them again.
    private static let selections = ["Firing", "Resolved"]

    let root: TemplateShape

    func body(_ nodes: [Node], dot: TemplateShape) throws(TemplateFault) {
        for node in nodes {
            switch node {
            case .text, .leave: break
            case .action(let pipeline): _ = try shape(of: pipeline, dot)
            case .choice(let choice):
                for (condition, branch) in choice.branches {
                    let found = try shape(of: condition, dot)
                    try body(branch, dot: choice.setsDot ? found : dot)
                }
                try body(choice.otherwise, dot: dot)
            case .loop(let loop):
                let found = try shape(of: loop.pipeline, dot)
                let element: TemplateShape = if case .list(let element) = found { element } else { .any }
                try body(loop.body, dot: element)
                try body(loop.otherwise, dot: dot)
            case .call(let call):
                if let argument = call.argument { _ = try shape(of: argument, dot) }
            }
        }
    }

    /// What a pipeline comes to.
    private func shape(of pipeline: Pipeline, _ dot: TemplateShape) throws(TemplateFault) -> TemplateShape {
        var last = TemplateShape.any
        for command in pipeline.commands {
            last = try shape(of: command.head, dot)
            for argument in command.arguments { _ = try shape(of: argument, dot) }
            if !command.arguments.isEmpty { last = .any }
        }
        return pipeline.commands.count == 1 ? last : .any
    }

    private func shape(of word: Word, _ dot: TemplateShape) throws(TemplateFault) -> TemplateShape {
        var found: TemplateShape
        switch word.operand {
        case .dot: found = dot
        case .variable(let slot, _): found = slot == Self.rootSlot ? root : .any
        case .pipeline(let pipeline): found = try shape(of: pipeline, dot)
        case .nothing, .literal, .function: found = .any
        }
        for (name, at) in word.fields {
            switch found {
            case .any: return .any
            case .list: found = Self.selections.contains(name) ? found : .any
            case .record(let members):
                guard let member = members[name] else {
                    let known = members.keys.sorted().map { ".\($0)" }.joined(separator: ", ")
                    throw TemplateFault("there is no .\(name) here, but \(known)", at: at)
                }
                found = member
            }
        }
        return found
    }
}
