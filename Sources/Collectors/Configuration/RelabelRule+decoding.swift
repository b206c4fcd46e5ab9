import Configuration
import Exposition
import Model
import Patterns

/// Reads the rules under a key such as `relabel_configs`.
func readRelabelRules(_ fields: Fields, _ key: String, names: NameScheme) -> [RelabelRule] {
    fields.list(key) { readRelabelRule($0, in: fields.context, names: names) }
}

private func readRelabelRule(_ node: Node, in context: DecodingContext, names: NameScheme) -> RelabelRule? {
    let fields = Fields(node, in: context)
    let action = fields.node("action").map {
        context.choice($0, "relabel action", ignoringCase: true) as RelabelRule.Action?
    }
    let regex = fields.node("regex").map { readExpression($0, in: context) }
    // `${name}` of a group that the regex has is that group, as with Prometheus; any other is the environment's.
    func template(_ key: String) -> String? {
        fields.node(key).flatMap { context.string($0, keeping: { regex??.hasGroup(named: $0) ?? false }) }
    }
    let sourceLabels = fields.strings("source_labels") ?? []
    let separator = fields.string("separator")
    let modulus = fields.integer("modulus", in: 0 ... .max) ?? 0
    let targetLabel = template("target_label")
    let replacement = template("replacement")
    fields.finish()
    // What is there but wrong has been reported: the rule cannot be made.
    if let action, action == nil { return nil }
    if let regex, regex == nil { return nil }
    if targetLabel == nil, fields.node("target_label") != nil { return nil }
    do {
        return try RelabelRule(
            action: (action ?? .replace) ?? .replace, sourceLabels: sourceLabels, separator: separator,
            regex: regex ?? nil, modulus: UInt64(modulus), targetLabel: targetLabel ?? "", replacement: replacement,
            legacyNames: names == .legacy)
    } catch {
        context.fail(error, at: fields.place)
        return nil
    }
}

private func readExpression(_ node: Node, in context: DecodingContext) -> RegularExpression? {
    guard let text = context.string(node) else { return nil }
    do {
        return try RegularExpression(text)
    } catch {
        context.fail("cannot use `regex`: \(error.message)", at: node.place)
        return nil
    }
}
