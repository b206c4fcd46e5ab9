import Configuration
import Model
import PromQL

/// Makes groups and rules of a document. What is wrong goes to the context.
struct RuleFileReader {
    let path: String
    let names: NameScheme
    let context: DecodingContext

    func file(_ root: Node) -> RuleFile {
        let fields = Fields(root, in: context)
        var seen: Set<[UInt8]> = []
        let groups = fields.list("groups") { node in
            let group = group(node)
            if let group, !seen.insert(Array(group.name.utf8)).inserted {
                context.fail("the group `\(group.name)` stands twice in this file", at: node.place)
            }
            return group
        }
        fields.finish()
        return RuleFile(path: path, groups: groups)
    }

    private func group(_ node: Node) -> RuleGroup? {
        let fields = Fields(node, in: context)
        let name = fields.required("name")
        let interval = fields.duration("interval")
        let offset = fields.duration("query_offset")
        let limit = fields.integer("limit")
        let labels = self.labels(fields)
        let rules = fields.list("rules") { rule($0, groupLabels: labels) }
        fields.finish()
        guard let name else { return nil }
        return RuleGroup(
            name: name, file: path, interval: interval == 0 ? nil : interval, queryOffset: offset,
            limit: max(0, limit ?? 0), rules: rules, place: node.place)
    }

    private func rule(_ node: Node, groupLabels: [Entry]) -> Rule? {
        let fields = Fields(node, in: context)
        let metric = fields.string("record") ?? ""
        let alert = fields.string("alert") ?? ""
        let query = query(fields)
        let holdFor = fields.duration("for") ?? 0
        let keepFiringFor = fields.duration("keep_firing_for") ?? 0
        let labels = merged(groupLabels, self.labels(fields))
        let annotations = annotations(fields)
        fields.finish()
        switch (metric.isEmpty, alert.isEmpty) {
        case (true, true):
            context.fail("a rule needs `record` or `alert`", at: node.place)
            return nil
        case (false, false):
            context.fail("a rule has `record` or `alert`, not both", at: fields.place(of: "alert"))
            return nil
        case (false, true):
            check(metric: metric, at: fields.node("record")?.place ?? node.place)
            refuseWhatBelongsToAlerts(fields, holdFor, keepFiringFor, annotations)
            guard let query else { return nil }
            let pairs = labels.map { Label($0.key, text($0) ?? "") }
            return .recording(RecordingRule(metric: metric, query: query, labels: pairs, place: node.place))
        case (true, false):
            let labels = templated(labels, "label", alert)
            let annotations = templated(annotations, "annotation", alert)
            guard let query else { return nil }
            return .alerting(
                AlertingRule(
                    name: alert, query: query, holdFor: holdFor, keepFiringFor: keepFiringFor, labels: labels,
                    annotations: annotations, place: node.place))
        }
    }

    private func query(_ fields: Fields) -> ParsedQuery? {
        guard let text = fields.required("expr"), let node = fields.node("expr") else { return nil }
        do throws(QueryError) {
            return try ParsedQuery(text)
        } catch {
            context.fail("cannot read the expression: \(error)", at: node.place)
            return nil
        }
    }

    private func check(metric: String, at place: Place) {
        if names == .legacy, !isLegacyMetricName(metric) {
            context.fail("`\(metric)` is not the name of a metric", at: place)
        }
        // Any text is a name nowadays; but one with braces is an expression that came to the wrong place.
        if metric.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) {
            context.fail("`\(metric)` is not the name of a metric: it has braces", at: place)
        }
    }

    private func refuseWhatBelongsToAlerts(
        _ fields: Fields, _ holdFor: Int64, _ keepFiringFor: Int64, _ annotations: [Entry]
    ) {
        let wrong = [
            ("for", holdFor != 0), ("keep_firing_for", keepFiringFor != 0), ("annotations", !annotations.isEmpty),
        ]
        for (key, isThere) in wrong where isThere {
            context.fail("`\(key)` has no meaning in a recording rule", at: fields.place(of: key))
        }
    }

    // MARK: Labels and annotations

    /// The entries of `labels`, of which no name is wrong.
    private func labels(_ fields: Fields) -> [Entry] {
        guard let node = fields.node("labels") else { return [] }
        return context.entries(node).filter { entry in
            if isLabelName(entry.key), !sameBytes(entry.key, Labels.metricName) { return true }
            context.fail("`\(entry.key)` is not the name of a label that a rule may give", at: entry.keyPlace)
            return false
        }
    }

    private func annotations(_ fields: Fields) -> [Entry] {
        guard let node = fields.node("annotations") else { return [] }
        return context.entries(node).filter { entry in
            if isLabelName(entry.key) { return true }
            context.fail("`\(entry.key)` is not the name of an annotation", at: entry.keyPlace)
            return false
        }
    }

    private func isLabelName(_ name: String) -> Bool {
        names == .legacy ? isLegacyLabelName(name) : !name.isEmpty
    }

    /// The group's labels, of which the rule's own take precedence.
    private func merged(_ group: [Entry], _ own: [Entry]) -> [Entry] {
        if group.isEmpty { return own }
        return group.filter { entry in !own.contains { sameBytes($0.key, entry.key) } } + own
    }

    private func text(_ entry: Entry) -> String? {
        entry.value.isNull ? "" : context.string(entry.value)
    }

    private func templated(_ entries: [Entry], _ kind: String, _ alert: String) -> [TemplatedText] {
        entries.compactMap { entry -> TemplatedText? in
            guard let text = text(entry) else { return nil }
            do throws(UserError) {
                return try TemplatedText(name: entry.key, text: text, alert: alert)
            } catch {
                let inside = error.place.map { " (\($0) of the text)" } ?? ""
                context.fail("wrong \(kind) `\(entry.key)`: \(error.message)\(inside)", at: entry.value.place)
                return nil
            }
        }
    }
}
