import Configuration
import Model

extension ExecAction {
    /// Reads the section; nil when there is nothing to run.
    init?(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        var argv: [String] = []
        for item in fields.list("argv", { $0 }) {
            guard let word = context.string(item) else { continue }
            if word.utf8.contains(0) { context.fail("an argument cannot have a zero byte", at: item.place) }
            argv.append(word)
        }
        if fields.node("argv") == nil {
            context.fail("`argv` is missing: the program and its arguments, as a list", at: fields.place)
        } else if argv.first?.isEmpty ?? true {
            context.fail("`argv` names no program", at: fields.place(of: "argv"))
        }
        // A path is one from the configuration's folder, like all others in it.
        if let program = argv.first, program.contains("/") { argv[0] = context.path(program) }
        self.init(argv: argv, inherited: context.environment ?? [:])

        if let map = fields.node("environment") {
            for entry in context.entries(map) {
                guard let value = entry.value.isNull ? "" : context.string(entry.value) else { continue }
                if entry.key.isEmpty || entry.key.utf8.contains(where: { $0 == UInt8(ascii: "=") || $0 == 0 }) {
                    context.fail("\(quoted(entry.key)) is no name of a variable", at: entry.keyPlace)
                }
                if value.utf8.contains(0) { context.fail("a variable cannot have a zero byte", at: entry.value.place) }
                environment[entry.key] = value
            }
        }
        directory = fields.string("directory").flatMap { $0.isEmpty ? nil : context.path($0) }
        input = fields.choice("stdin", "input") ?? input
        fields.finish()
        if argv.isEmpty { return nil }
    }
}
