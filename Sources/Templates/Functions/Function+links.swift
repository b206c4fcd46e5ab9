extension Function {
    /// Where the appliance is found, and pages of it.
    static let links = [
        Function("externalURL", 0) { (expansion, _) throws(TemplateFault) in .text(expansion.environment.externalURL) },
        Function("pathPrefix", 0) { (expansion, _) throws(TemplateFault) in .text(expansion.environment.pathPrefix) },
        Function("graphLink", 1) { (_, given) throws(TemplateFault) in
            .text("/graph?g0.expr=\(try escapedAsQuery(try text(given[0])))&g0.tab=0")
        },
        Function("tableLink", 1) { (_, given) throws(TemplateFault) in
            .text("/graph?g0.expr=\(try escapedAsQuery(try text(given[0])))&g0.tab=1")
        },
        Function("tmpl", 2) { (expansion, given) throws(TemplateFault) in
            .text(try expansion.textOf(template: try text(given[0]), given[1]))
        },
    ]
}
