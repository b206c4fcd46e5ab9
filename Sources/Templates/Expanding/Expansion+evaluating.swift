import Model

extension Expansion {
    /// The value of a pipeline; sets its variables. Those of a loop are set with each turn.
    mutating func evaluate(_ pipeline: Pipeline, _ dot: TemplateValue) throws(TemplateFault) -> TemplateValue {
        try descend()
        defer { ascend() }
        var value: TemplateValue?
        for command in pipeline.commands {
            do {
                value = try evaluate(command, dot, given: value)
            } catch {
                throw error.placed(at: command.head.at)
            }
        }
        let result = value ?? .nothing
        for slot in pipeline.variables { variables[slot] = result }
        return result
    }

    private mutating func evaluate(
        _ command: Command, _ dot: TemplateValue, given: TemplateValue?
    ) throws(TemplateFault) -> TemplateValue {
        try spend(1)
        let head = command.head
        if let last = head.fields.last {
            var receiver = try operand(head.operand, dot)
            for (name, place) in head.fields.dropLast() { receiver = try field(name, of: receiver, at: place) }
            let arguments = try values(command.arguments, dot, given: given)
            do {
                return try field(last.name, of: receiver, arguments, isGivenArguments: !arguments.isEmpty)
            } catch {
                throw error.placed(at: last.at)
            }
        }
        if case .function(let function) = head.operand {
            return try call(function, command.arguments, dot, given: given)
        }
        if given != nil || !command.arguments.isEmpty {
            throw TemplateFault("what is no function cannot be given arguments")
        }
        if case .nothing = head.operand { throw TemplateFault("nil cannot stand by itself") }
        return try operand(head.operand, dot)
    }

    /// The values of arguments, with the one that comes from the command before as the last.
    private mutating func values(
        _ words: [Word], _ dot: TemplateValue, given: TemplateValue?
    ) throws(TemplateFault) -> [TemplateValue] {
        var values: [TemplateValue] = []
        values.reserveCapacity(words.count + 1)
        for word in words { values.append(try value(word, dot)) }
        if let given { values.append(given) }
        for value in values { try spend(onTextOf: value) }
        return values
    }

    private mutating func spend(onTextOf value: TemplateValue) throws(TemplateFault) {
        if case .text(let text) = value { try spend(text.utf8.count) }
    }

    private mutating func value(_ word: Word, _ dot: TemplateValue) throws(TemplateFault) -> TemplateValue {
        do {
            var value = try operand(word.operand, dot)
            for (name, place) in word.fields { value = try field(name, of: value, at: place) }
            return value
        } catch {
            throw error.placed(at: word.at)
        }
    }

    private mutating func operand(
        _ operand: Word.Operand, _ dot: TemplateValue
    ) throws(TemplateFault) -> TemplateValue {
        switch operand {
        case .dot: return dot
        case .nothing: return .nothing
        case .literal(let value): return value
        case .variable(let slot, let name):
            guard let value = variables[slot] else { throw TemplateFault("the variable $\(name) has not been set") }
            return value
        case .function(let function): return try call(function, [], dot, given: nil)
        case .pipeline(let pipeline): return try evaluate(pipeline, dot)
        }
    }

    private mutating func call(
        _ function: Function, _ words: [Word], _ dot: TemplateValue, given: TemplateValue?
    ) throws(TemplateFault) -> TemplateValue {
        switch function.kind {
        case .deciding(let truth):
            var last = TemplateValue.nothing
            for word in words {
                last = try value(word, dot)
                if last.isTrue == truth { return last }
            }
            return given ?? last
        case .ordinary(let body):
            let arguments = try values(words, dot, given: given)
            do {
                let result = try body(&self, arguments)
                try spend(onTextOf: result)
                return result
            } catch {
                throw TemplateFault(error.at == nil ? "\(function.name): \(error.reason)" : error.reason, at: error.at)
            }
        }
    }

    private mutating func field(
        _ name: String, of value: TemplateValue, at place: Int
    ) throws(TemplateFault) -> TemplateValue {
        do {
            return try field(name, of: value, [], isGivenArguments: false)
        } catch {
            throw error.placed(at: place)
        }
    }
}
